/** Making keys, showing them, and changing what becomes of them. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { IsKnown } from '../../iam/named-principal.ts';
import { mergedFacts, noFacts, type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import type { KeyAccess } from './access.ts';
import type { AliasName } from './alias-index.ts';
import { pendingDeletion } from './deletion-schedule.ts';
import { hasAllMaterial } from './import-state.ts';
import { isIn, type KeyOwner, type KeyRecord, type KeyTag, keyArn, type Material, newKeyId } from './key.ts';
import { tagFacts } from './key-facts.ts';
import { aliasIn, findKey, isAlias, type LookupForms } from './key-lookup.ts';
import { checkGivenPolicy, defaultPolicy, type GivenPolicy, managedPolicy } from './key-policy.ts';
import type { KeyRing, RingChange } from './key-ring.ts';
import { type KeySecret, newSecretOf, sealedSecret } from './key-secret.ts';
import type { KeySpec, KeyUsage } from './key-spec.ts';
import { type KeyOperation, type KeyOrigin, requireState } from './key-state.ts';
import { changedTags, checkTags } from './key-tags.ts';
import { managedServices, tableService } from './managed-service.ts';
import type { MaterialSafe } from './material.ts';
import type { KmsMeter } from './meter.ts';
import { hasReplicas } from './multi-region-family.ts';

export const deletionWindowDaysMin = 7;
export const deletionWindowDaysMax = 30;
export const keysPerRegionMax = 100_000;
/** The service's own account: where the keys are that no customer sees. */
const serviceAccount = '000000000000';

export interface NewKey {
  readonly description?: string | undefined;
  readonly origin?: KeyOrigin | undefined;
  /** A pair of the table in key-spec.ts. */
  readonly spec?: KeySpec | undefined;
  readonly usage?: KeyUsage | undefined;
  readonly multiRegion?: boolean | undefined;
  readonly policy?: string | undefined;
  readonly bypassLockoutCheck?: boolean | undefined;
  readonly tags?: readonly KeyTag[] | undefined;
}

interface KeyAdministrationParts {
  readonly clock: Clock;
  readonly access: KeyAccess;
  readonly ring: KeyRing;
  readonly materials: MaterialSafe;
  readonly meter: KmsMeter;
  /** Called once a deletion is scheduled. */
  readonly deletionScheduled: () => Promise<void>;
  /** Called once a key was enabled, or one of the service made: from then on it is rotated. */
  readonly usableAgain: () => Promise<void>;
  /** Whom a key policy may name. */
  readonly isKnown?: IsKnown | undefined;
}

/** How an operation asks for its key. */
interface Asked {
  /** Without aliases unless it says so. */
  readonly forms?: LookupForms;
  /** Condition keys of the operation itself. */
  readonly facts?: RequestFacts;
}

interface KeyDraft {
  readonly account: string;
  readonly region: string;
  readonly owner: KeyOwner;
  readonly origin: KeyOrigin;
  readonly spec?: KeySpec;
  readonly usage?: KeyUsage;
  readonly primaryRegion?: string;
  readonly description: string;
  readonly policy: string;
  readonly tags: readonly KeyTag[];
}

export class KeyAdministration {
  readonly #clock: Clock;
  readonly #access: KeyAccess;
  readonly #ring: KeyRing;
  readonly #materials: MaterialSafe;
  readonly #meter: KmsMeter;
  readonly #deletionScheduled: () => Promise<void>;
  readonly #usableAgain: () => Promise<void>;
  readonly #isKnown: IsKnown | undefined;

  constructor(parts: KeyAdministrationParts) {
    const { clock, access, ring, materials, meter, deletionScheduled, usableAgain } = parts;
    this.#clock = clock;
    this.#access = access;
    this.#ring = ring;
    this.#materials = materials;
    this.#meter = meter;
    this.#deletionScheduled = deletionScheduled;
    this.#usableAgain = usableAgain;
    this.#isKnown = parts.isKnown;
  }

  /** Refuses as checkGivenPolicy. */
  checkPolicy(given: Omit<GivenPolicy, 'isKnown'>): void {
    checkGivenPolicy({ ...given, isKnown: this.#isKnown });
  }

  /** Refuses KeyAccessDenied where the caller may not make such a key in the region, or not with its tags. */
  requireNew(caller: Caller, wanted: NewKey): void {
    const { account, region } = caller;
    const { tags = [] } = wanted;
    this.#access.requireOwn(caller, 'CreateKey', { facts: factsOfNew(wanted) });
    if (tags.length === 0) return;
    const resource = keyArn(region, account, '*');
    this.#access.requireOwn(caller, 'TagResource', { resource, facts: tagFacts(tags) });
  }

  /** Refuses as requireNew, KeyLimitExceeded, MalformedPolicy and TagRefused. */
  async create(caller: Caller, wanted: NewKey): Promise<KeyRecord> {
    const { account, region } = caller;
    const { description = '', origin = 'AWS_KMS', policy, tags = [], multiRegion = false } = wanted;
    const { spec = 'SYMMETRIC_DEFAULT', usage = 'ENCRYPT_DECRYPT' } = wanted;
    const { bypassLockoutCheck } = wanted;
    this.requireNew(caller, { ...wanted, origin, spec, usage, tags });
    // The key is not there yet: what a policy says of other keys is not about it.
    if (policy !== undefined) this.checkPolicy({ policy, caller, keyArn: '*', bypassLockoutCheck });
    checkTags(tags);
    const secret = origin === 'EXTERNAL' ? undefined : await newSecretOf(spec);
    return this.#ring.change(() => {
      requireRoomForKey(this.#ring, caller);
      const draft: KeyDraft = {
        account,
        region,
        owner: 'CUSTOMER',
        origin,
        ...(spec === 'SYMMETRIC_DEFAULT' ? {} : { spec, usage }),
        ...(multiRegion ? { primaryRegion: region } : {}),
        description,
        policy: policy ?? defaultPolicy(account),
        tags: changedTags([], tags),
      };
      const key = this.#draw(draft, secret);
      this.#meter.count('CreateKey', key.arn);
      return { keys: [key], result: key };
    });
  }

  /** The key, for an operation that shows something of it. */
  read(caller: Caller, operation: KeyOperation, keyId: string, asked: Asked = {}): KeyRecord {
    const { forms = 'keyOnly', facts = noFacts } = asked;
    const key = findKey(this.#ring, caller, keyId, { forms, action: operation });
    const byAlias = requestFacts([['kms:RequestAlias', aliasIn(keyId)]]);
    this.#access.require(caller, key, operation, { facts: mergedFacts(byAlias, facts) });
    this.#meter.count(operation, key.arn);
    requireState(operation, key);
    return key;
  }

  /** DescribeKey: the alias of a managed key makes the key where it is not there yet. */
  async describe(caller: Caller, keyId: string): Promise<KeyRecord> {
    const service = managedServices.find(({ alias }) => isAlias(caller, keyId, alias));
    if (service !== undefined) await this.managedKey(caller, service);
    return this.read(caller, 'DescribeKey', keyId, { forms: 'any' });
  }

  /** The caller's keys, without those of the service. */
  list(caller: Caller): readonly KeyRecord[] {
    this.#access.requireOwn(caller, 'ListKeys');
    this.#meter.count('ListKeys');
    return [...this.#ring.keys()].filter((key) => key.owner !== 'OWNED' && isIn(caller, key));
  }

  /** The AWS managed key of a service in the caller's account and region, made where it is not there yet. */
  async managedKey({ account, region }: Caller, service = tableService): Promise<KeyRecord> {
    const of = { account, region, name: service.alias };
    const known = this.#managed(of);
    if (known !== undefined) return known;
    const made = await this.#ring.change(() => {
      const meanwhile = this.#managed(of);
      if (meanwhile !== undefined) return { result: meanwhile };
      const key = this.#draw({
        account,
        region,
        owner: 'AWS',
        origin: 'AWS_KMS',
        description: `Default key that protects my ${service.holdings} when no other key is defined`,
        policy: managedPolicy({ account, region }, service),
        tags: [],
      });
      const times = { createdMs: key.createdMs, updatedMs: key.createdMs };
      const alias = { ...of, targetKeyId: key.keyId, ...times };
      return { keys: [key], aliases: [alias], result: key };
    });
    await this.#usableAgain();
    return made;
  }

  /** The AWS owned key of a region, made where it is not there yet. */
  async ownedKey(region: string): Promise<KeyRecord> {
    const find = () => [...this.#ring.keys()].find((key) => key.owner === 'OWNED' && key.region === region);
    const known = find();
    if (known !== undefined) return known;
    const made = await this.#ring.change(() => {
      const meanwhile = find();
      if (meanwhile !== undefined) return { result: meanwhile };
      const key = this.#draw({
        account: serviceAccount,
        region,
        owner: 'OWNED',
        origin: 'AWS_KMS',
        description: '',
        policy: '',
        tags: [],
      });
      return { keys: [key], result: key };
    });
    await this.#usableAgain();
    return made;
  }

  /** A key that is due for rotation is rotated at once. */
  async enable(caller: Caller, keyId: string): Promise<KeyRecord> {
    const key = await this.#change(caller, 'EnableKey', { keyId }, (known) =>
      known.state === 'Disabled' ? { ...known, state: 'Enabled' } : known,
    );
    await this.#usableAgain();
    return key;
  }

  disable(caller: Caller, keyId: string): Promise<KeyRecord> {
    return this.#change(caller, 'DisableKey', { keyId }, (key) =>
      key.state === 'Enabled' ? { ...key, state: 'Disabled' } : key,
    );
  }

  /** Refuses Validation for a window outside 7 to 30 days. */
  async scheduleDeletion(caller: Caller, keyId: string, windowDays: number): Promise<KeyRecord> {
    const facts = requestFacts([['kms:ScheduleKeyDeletionPendingWindowInDays', windowDays]]);
    const key = await this.#change(caller, 'ScheduleKeyDeletion', { keyId, facts }, (known) => {
      if (windowDays < deletionWindowDaysMin || windowDays > deletionWindowDaysMax) {
        const message = `PendingWindowInDays must be between ${deletionWindowDaysMin} and ${deletionWindowDaysMax}`;
        throw new Refusal('Validation', { message });
      }
      return hasReplicas(this.#ring, known)
        ? { ...known, state: 'PendingReplicaDeletion', deletionWindowDays: windowDays }
        : pendingDeletion(known, { fromMs: this.#clock.nowMs(), windowDays });
    });
    await this.#deletionScheduled();
    return key;
  }

  cancelDeletion(caller: Caller, keyId: string): Promise<KeyRecord> {
    return this.#change(
      caller,
      'CancelKeyDeletion',
      { keyId },
      ({ deletionMs: _, deletionWindowDays: __, ...key }) => ({
        ...key,
        state: hasAllMaterial(key) ? 'Disabled' : 'PendingImport',
      }),
    );
  }

  updateDescription(caller: Caller, keyId: string, description: string): Promise<KeyRecord> {
    return this.#change(caller, 'UpdateKeyDescription', { keyId }, (key) => ({ ...key, description }));
  }

  /** Refuses as checkGivenPolicy. */
  putPolicy(
    caller: Caller,
    { keyId, ...given }: { keyId: string; policy: string; bypassLockoutCheck?: boolean | undefined },
  ): Promise<KeyRecord> {
    const facts = requestFacts([['kms:BypassPolicyLockoutSafetyCheck', given.bypassLockoutCheck ?? false]]);
    return this.#change(caller, 'PutKeyPolicy', { keyId, facts }, (key) => {
      this.checkPolicy({ ...given, caller, keyArn: key.arn });
      return { ...key, policy: given.policy };
    });
  }

  tag(caller: Caller, keyId: string, tags: readonly KeyTag[]): Promise<KeyRecord> {
    return this.#change(caller, 'TagResource', { keyId, facts: tagFacts(tags) }, (key) => ({
      ...key,
      tags: changedTags(key.tags, tags),
    }));
  }

  untag(caller: Caller, keyId: string, tagKeys: readonly string[]): Promise<KeyRecord> {
    const facts = tagFacts(tagKeys.map((key) => ({ key })));
    return this.#change(caller, 'UntagResource', { keyId, facts }, (key) => ({
      ...key,
      tags: key.tags.filter((tag) => !tagKeys.includes(tag.key)),
    }));
  }

  async #change(
    caller: Caller,
    operation: KeyOperation,
    { keyId, facts = noFacts }: { readonly keyId: string; readonly facts?: RequestFacts },
    next: (key: KeyRecord) => KeyRecord,
  ): Promise<KeyRecord> {
    const changed = await this.#ring.change((): RingChange<KeyRecord> => {
      const key = this.read(caller, operation, keyId, { facts });
      const result = next(key);
      return result === key ? { result } : { keys: [result], result };
    });
    if (changed.state !== 'Enabled') this.#materials.wipe(changed);
    return changed;
  }

  #managed(name: AliasName): KeyRecord | undefined {
    const alias = this.#ring.alias(name);
    return alias === undefined ? undefined : this.#ring.key(alias.targetKeyId, name.region);
  }

  #draw(draft: KeyDraft, secret?: KeySecret): KeyRecord {
    const keyId = newKeyId({ multiRegion: draft.primaryRegion !== undefined });
    const imported = draft.origin === 'EXTERNAL';
    return {
      ...draft,
      keyId,
      arn: keyArn(draft.region, draft.account, keyId),
      state: imported ? 'PendingImport' : 'Enabled',
      createdMs: this.#clock.nowMs(),
      materials: imported ? [] : [this.#newMaterial(keyId, secret)],
    };
  }

  #newMaterial(keyId: string, secret: KeySecret | undefined): Material {
    if (secret === undefined) return this.#materials.make(keyId);
    return sealedSecret(this.#materials, keyId, secret);
  }
}

function factsOfNew({ origin, spec, usage, multiRegion = false, bypassLockoutCheck = false, tags }: NewKey) {
  const asked = requestFacts([
    ['kms:KeyOrigin', origin],
    ['kms:KeySpec', spec],
    ['kms:KeyUsage', usage],
    ['kms:CustomerMasterKeySpec', spec],
    ['kms:CustomerMasterKeyUsage', usage],
    ['kms:MultiRegion', multiRegion],
    ['kms:BypassPolicyLockoutSafetyCheck', bypassLockoutCheck],
  ]);
  return mergedFacts(asked, tagFacts(tags ?? []));
}

/** Refuses KeyLimitExceeded where an account has as many keys in a region as it may. */
export function requireRoomForKey(ring: KeyRing, namespace: { account: string; region: string }): void {
  let count = 0;
  for (const key of ring.keys()) if (key.owner === 'CUSTOMER' && isIn(namespace, key)) count++;
  if (count < keysPerRegionMax) return;
  throw new Refusal('KeyLimitExceeded', { message: `There are ${keysPerRegionMax} keys already.` });
}
