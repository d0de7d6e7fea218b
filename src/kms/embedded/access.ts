/** Who may do what with a key: its policy, the caller's own policies and its grants decide. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import { denialMessage } from '../../iam/denial.ts';
import { type Decision, evaluate, type PoliciesInForce } from '../../iam/evaluate.ts';
import type { Naming } from '../../iam/principal.ts';
import { mergedFacts, noFacts, type RequestFacts } from '../../iam/request-facts.ts';
import type { Caller, EncryptionContext } from '../key-service.ts';
import { allows, type GrantRecord } from './grant.ts';
import type { KeyRecord } from './key.ts';
import { callerFacts, contextFacts, keyFacts, principalIn, sourceIn } from './key-facts.ts';
import { policyOf } from './key-policy.ts';
import type { KeyRing } from './key-ring.ts';

/** What the service itself does with its own keys, whoever it does it for: they have no policy. */
const serving = /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|DescribeKey)/;
/** What rights may be given to other accounts for. */
const acrossAccounts =
  /^(CreateGrant|DescribeKey|Encrypt|Decrypt|ReEncrypt(From|To)|GenerateDataKey(Pair)?(WithoutPlaintext)?|GenerateMac|VerifyMac|Sign|Verify|GetPublicKey|DeriveSharedSecret|GetKeyRotationStatus|ListGrants|RetireGrant|RevokeGrant)$/;

const noContext: EncryptionContext = new Map();

/** What is known of one request beside its caller and key. */
export interface KeyRequest {
  readonly context?: EncryptionContext | undefined;
  /** Condition keys of the operation itself. */
  readonly facts?: RequestFacts | undefined;
  /** In place of all grants of the key. */
  readonly grants?: Iterable<GrantRecord> | undefined;
}

/** The table service's own keys are there for no other caller. */
export function isVisible(caller: Caller, key: KeyRecord): boolean {
  return key.owner !== 'OWNED' || caller.service !== undefined;
}

/** A ciphertext whose key the caller may not even know of. */
export function hiddenKeyRefusal(): Refusal<'KeyAccessDenied'> {
  return new Refusal('KeyAccessDenied', {
    message:
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
      'or you are not allowed to access.',
  });
}

export class KeyAccess {
  readonly #ring: Pick<KeyRing, 'grantsOf' | 'aliasesOf'>;
  readonly #clock: Clock;

  constructor({ ring, clock }: { ring: Pick<KeyRing, 'grantsOf' | 'aliasesOf'>; clock: Clock }) {
    this.#ring = ring;
    this.#clock = clock;
  }

  /** Refuses KeyAccessDenied. `action` is the operation's name without `kms:`. */
  require(caller: Caller, key: KeyRecord, action: string, request: KeyRequest = {}): void {
    const decision = this.decide(caller, key, action, request);
    if (!decision.allowed) throw denied(caller, action, key.arn, decision);
  }

  decide(caller: Caller, key: KeyRecord, action: string, request: KeyRequest = {}): Decision {
    if (key.owner === 'OWNED') {
      return caller.service !== undefined && serving.test(action)
        ? { allowed: true, statements: [] }
        : lacksResource;
    }
    const isOwn = key.account === caller.account;
    if (!isOwn && !acrossAccounts.test(action)) return lacksResource;
    const resource = { name: 'key policy', document: policyOf(key) };
    const decision = this.#evaluate(caller, key, action, { request, inForce: { resource } });
    if (decision.allowed || decision.explicit) return decision;
    // A key may have thousands of grants, and most requests need none.
    const grant = this.#granted(caller, key, action, request);
    if (grant === undefined) return decision;
    return this.#evaluate(caller, key, action, { request, inForce: { resource, grant } });
  }

  /**
   * For what a grant alone decides: it names the caller, or the account that made it. Policies of the caller count where
   * it is one of that account; the key's policy only as far as it denies.
   */
  requireByGrant(caller: Caller, key: KeyRecord, { action, grant }: { action: string; grant: Naming }): void {
    const statements = policyOf(key).statements.filter(({ effect }) => effect === 'Deny');
    const decision = this.#evaluate(caller, key, action, {
      request: {},
      inForce: { resource: { name: 'key policy', document: { statements } }, grant },
      resourceAccount: caller.account,
    });
    if (!decision.allowed) throw denied(caller, action, key.arn, decision);
  }

  /** For what is asked of no key: the caller's own policies decide. `resource`: an alias, or `*`. */
  requireOwn(caller: Caller, action: string, { resource = '*', facts = noFacts } = {}): void {
    const principal = principalIn(caller);
    const decision = evaluate(
      {
        principal,
        action: `kms:${action}`,
        resource,
        resourceAccount: caller.account,
        facts: mergedFacts(callerFacts(caller, this.#clock.nowMs()), facts),
      },
      { identity: caller.identity },
    );
    if (!decision.allowed) throw denied(caller, action, resource, decision);
  }

  #evaluate(
    caller: Caller,
    key: KeyRecord,
    action: string,
    asked: {
      request: KeyRequest;
      inForce: Pick<PoliciesInForce, 'resource' | 'grant'>;
      resourceAccount?: string;
    },
  ): Decision {
    const { request, inForce, resourceAccount = key.account } = asked;
    const { context = noContext, facts = noFacts } = request;
    const aliases = this.#ring.aliasesOf(key).map(({ name }) => name);
    const known = mergedFacts(
      callerFacts(caller, this.#clock.nowMs()),
      keyFacts(key, aliases),
      contextFacts(context),
      facts,
    );
    const principal = principalIn(caller);
    return evaluate(
      { principal, action: `kms:${action}`, resource: key.arn, resourceAccount, facts: known },
      { identity: caller.identity, resourceRequired: true, ...inForce },
    );
  }

  /** A grant that names the caller as such counts for more than one that names the whole account. */
  #granted(caller: Caller, key: KeyRecord, action: string, request: KeyRequest): Naming {
    const principal = principalIn(caller);
    const { grants = this.#ring.grantsOf(key.arn), context = noContext } = request;
    const use = { action, context, sourceArn: sourceIn(caller) };
    let best: Naming;
    for (const grant of grants) {
      const naming = allows(grant, principal, use);
      if (naming === 'self') return naming;
      best ??= naming;
    }
    return best;
  }
}

const lacksResource: Extract<Decision, { allowed: false }> = {
  allowed: false,
  explicit: false,
  source: 'resource',
  statements: [],
};

/**
 * The refusal for a key of another account that is not there: the same as for one that is not shared with the caller's.
 * Undefined for one of the caller's own account.
 */
export function hiddenKeyOf(
  caller: Caller,
  action: string,
  keyArn: string,
): Refusal<'KeyAccessDenied'> | undefined {
  const isOwn = keyArn.split(':')[4] === caller.account;
  if (isOwn || principalIn(caller).kind === 'service') return undefined;
  const { message } = denied(caller, action, keyArn, lacksResource);
  return new Refusal('KeyAccessDenied', { message, isMissing: true });
}

export function denied(
  caller: Caller,
  action: string,
  resource: string,
  decision: Extract<Decision, { allowed: false }>,
): Refusal<'KeyAccessDenied'> {
  const request = { principal: principalIn(caller), action: `kms:${action}`, resource };
  return new Refusal('KeyAccessDenied', { message: denialMessage(request, decision) });
}
