/** Finds the key that an id, a key ARN, an alias name or an alias ARN means to a caller. */
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import { hiddenKeyOf, isVisible } from './access.ts';
import { aliasArn, aliasPrefix } from './alias.ts';
import { type KeyRecord, keyArn } from './key.ts';
import type { KeyRing } from './key-ring.ts';

const keyIdForm = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;
const arnForm = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):([0-9]{12}):((key|alias)\/[a-zA-Z0-9:/_-]+)$/;

/** What was given, taken apart; an alias in the form it has in the account and region it is of. */
type KeyName =
  | { readonly form: 'key'; readonly keyId: string; readonly arn: string }
  | { readonly form: 'alias'; readonly name: string; readonly account: string };

/** Management operations take no alias: `keyOnly`. */
export type LookupForms = 'any' | 'keyOnly';

/** For which action a key is looked up, named without `kms:`. */
interface Lookup {
  readonly forms: LookupForms;
  readonly action: string;
}

/** Refuses KeyNotFound, AliasNotFound, InvalidKeyId, InvalidArnRegion, and KeyAccessDenied for no key of another account. */
export function findKey(ring: KeyRing, caller: Caller, given: string, { forms, action }: Lookup): KeyRecord {
  const name = parse(caller, given, forms);
  if (name.form === 'key') {
    const key = ring.key(name.keyId, caller.region);
    if (key === undefined || key.arn !== name.arn || !isVisible(caller, key)) {
      throw hiddenKeyOf(caller, action, name.arn) ?? new Refusal('KeyNotFound', { keyArn: name.arn });
    }
    return key;
  }
  const alias = ring.alias({ account: name.account, region: caller.region, name: name.name });
  const key = alias === undefined ? undefined : ring.key(alias.targetKeyId, caller.region);
  if (key === undefined) {
    throw new Refusal('AliasNotFound', { aliasArn: aliasArn(caller.region, name.account, name.name) });
  }
  return key;
}

/** True where `given` is this alias of the caller's own account, by name or by ARN. */
export function isAlias(caller: Caller, given: string, name: string): boolean {
  return given === name || given === aliasArn(caller.region, caller.account, name);
}

/** The alias that the key was asked for by, as policies name it. */
export function aliasIn(given: string): string | undefined {
  const name = given.startsWith('arn:') ? (arnForm.exec(given)?.[3] ?? '') : given;
  return name.startsWith(aliasPrefix) ? name : undefined;
}

function parse(caller: Caller, given: string, forms: LookupForms): KeyName {
  if (keyIdForm.test(given)) {
    return { form: 'key', keyId: given, arn: keyArn(caller.region, caller.account, given) };
  }
  if (given.startsWith(aliasPrefix) && forms === 'any') {
    return { form: 'alias', name: given, account: caller.account };
  }
  const [, region, account, resource] = arnForm.exec(given) ?? [];
  if (region === undefined || account === undefined || resource === undefined) {
    throw new Refusal('InvalidKeyId', { keyId: given });
  }
  if (region !== caller.region) throw new Refusal('InvalidArnRegion', { region });
  if (resource.startsWith(aliasPrefix)) {
    if (forms === 'any') return { form: 'alias', name: resource, account };
    throw new Refusal('InvalidKeyId', { keyId: given });
  }
  return { form: 'key', keyId: resource.slice('key/'.length), arn: given };
}
