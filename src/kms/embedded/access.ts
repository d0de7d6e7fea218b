/** Who may do what with a key: its owner class and account decide, and for other accounts its grants. */
import { Refusal } from '../../base/errors.ts';
import type { Caller, EncryptionContext } from '../key-service.ts';
import { allows, type GrantRecord } from './grant.ts';
import type { KeyRecord } from './key.ts';

/** What the managed key's policy leaves to its account: looking. Everything else asks for kms:ViaService. */
const looking = /^(Describe|Get|List|RevokeGrant)/;
/** What the service itself does with its keys. */
const serving = /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|DescribeKey)/;

const noContext: EncryptionContext = new Map();

/** What may let a caller use a key of another account. */
export interface GrantsAtHand {
  /** The grants of the key that count here. */
  readonly grants?: Iterable<GrantRecord>;
  readonly context?: EncryptionContext;
}

/** The table service's own keys are there for no other caller. */
export function isVisible(caller: Caller, key: KeyRecord): boolean {
  return key.owner !== 'OWNED' || caller.service !== undefined;
}

/** Refuses KeyAccessDenied. `action` is the operation's name without `kms:`. */
export function requireAccess(
  caller: Caller,
  key: KeyRecord,
  action: string,
  atHand: GrantsAtHand = {},
): void {
  if (isAllowed(caller, key, action) || isGranted(caller, key, action, atHand)) return;
  throw deniedRefusal(caller, key, action);
}

export function deniedRefusal(caller: Caller, key: KeyRecord, action: string): Refusal<'KeyAccessDenied'> {
  return new Refusal('KeyAccessDenied', {
    message:
      `User: ${caller.arn} is not authorized to perform: kms:${action} on resource: ${key.arn} ` +
      `because no resource-based policy allows the kms:${action} action`,
  });
}

/** True where a grant on a customer's key lets the caller do it. */
export function isGranted(
  caller: Caller,
  key: KeyRecord,
  action: string,
  { grants = [], context = noContext }: GrantsAtHand,
): boolean {
  if (key.owner !== 'CUSTOMER') return false;
  for (const grant of grants) if (allows(grant, caller, { action, context })) return true;
  return false;
}

/** A ciphertext whose key the caller may not even know of. */
export function hiddenKeyRefusal(): Refusal<'KeyAccessDenied'> {
  return new Refusal('KeyAccessDenied', {
    message:
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
      'or you are not allowed to access.',
  });
}

function isAllowed(caller: Caller, key: KeyRecord, action: string): boolean {
  if (key.owner === 'OWNED') return caller.service !== undefined && serving.test(action);
  if (key.account !== caller.account) return false;
  if (key.owner === 'CUSTOMER') return true;
  return looking.test(action) || (caller.service !== undefined && serving.test(action));
}
