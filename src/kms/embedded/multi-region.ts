/** Multi-Region keys: related keys of several regions with one id and one material, of which one is the primary. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import { requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import type { KeyAccess } from './access.ts';
import { nameOnly } from './import-state.ts';
import { type KeyRecord, type KeyTag, keyArn } from './key.ts';
import { type KeyAdministration, requireRoomForKey } from './key-administration.ts';
import { defaultPolicy } from './key-policy.ts';
import type { KeyRing } from './key-ring.ts';
import { specOf, usageOf } from './key-spec.ts';
import { requireState } from './key-state.ts';
import { changedTags, checkTags } from './key-tags.ts';
import { familyOf } from './multi-region-family.ts';

export interface ReplicaRequest {
  readonly keyId: string;
  /** Where the replica is to be. */
  readonly region: string;
  readonly policy?: string | undefined;
  readonly bypassLockoutCheck?: boolean | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly KeyTag[] | undefined;
}

interface MultiRegionParts {
  readonly clock: Clock;
  readonly access: KeyAccess;
  readonly ring: KeyRing;
  readonly keys: KeyAdministration;
}

export class MultiRegion {
  readonly #parts: MultiRegionParts;

  constructor(parts: MultiRegionParts) {
    this.#parts = parts;
  }

  /**
   * The new replica, which can be used at once; where material is imported, it waits for the same one. The caller must be
   * let make keys in the other region too. Refuses UnsupportedKeyOperation for a key that is no primary one, and ReplicaExists.
   */
  replicate(caller: Caller, request: ReplicaRequest): Promise<KeyRecord> {
    const { clock, ring, keys } = this.#parts;
    const { region, policy, description = '', tags = [] } = request;
    const { bypassLockoutCheck } = request;
    if (policy !== undefined) keys.checkPolicy({ policy, caller, keyArn: '*', bypassLockoutCheck });
    checkTags(tags);
    return ring.change(() => {
      const primary = keys.read(caller, 'ReplicateKey', request.keyId, {
        facts: requestFacts([['kms:ReplicaRegion', region]]),
      });
      requirePrimary(primary);
      const { origin } = primary;
      const kind = { spec: specOf(primary), usage: usageOf(primary), multiRegion: true };
      keys.requireNew({ ...caller, region }, { origin, ...kind, bypassLockoutCheck, tags });
      const existing = ring.key(primary.keyId, region);
      if (existing !== undefined) throw new Refusal('ReplicaExists', { keyArn: existing.arn });
      requireRoomForKey(ring, { account: primary.account, region });
      const imported = primary.origin === 'EXTERNAL';
      const replica: KeyRecord = {
        ...primary,
        region,
        arn: keyArn(region, primary.account, primary.keyId),
        state: imported ? 'PendingImport' : 'Enabled',
        createdMs: clock.nowMs(),
        description,
        policy: policy ?? defaultPolicy(primary.account),
        tags: changedTags([], tags),
        // The names of imported materials come along, so that no others are taken.
        materials: imported ? primary.materials.map(nameOnly) : primary.materials,
      };
      return { keys: [replica], result: replica };
    });
  }

  /**
   * The caller must be let do so by both keys. Refuses UnsupportedKeyOperation, Validation for the region the primary is in,
   * and KeyNotFound for one without key.
   */
  updatePrimaryRegion(caller: Caller, { keyId, region }: { keyId: string; region: string }): Promise<void> {
    const { access, ring, keys } = this.#parts;
    const facts = requestFacts([['kms:PrimaryRegion', region]]);
    return ring.change(() => {
      const primary = keys.read(caller, 'UpdatePrimaryRegion', keyId, { facts });
      requirePrimary(primary);
      if (region === primary.region) {
        throw new Refusal('Validation', { message: `${primary.arn} is the primary key already.` });
      }
      const next = ring.key(primary.keyId, region);
      if (next === undefined) {
        throw new Refusal('KeyNotFound', { keyArn: keyArn(region, primary.account, primary.keyId) });
      }
      access.require({ ...caller, region }, next, 'UpdatePrimaryRegion', { facts });
      requireState('UpdatePrimaryRegion', next);
      const family = this.family(primary).map((key) => ({ ...key, primaryRegion: region }));
      return { keys: family, result: undefined };
    });
  }

  /** The key and those related to it, in the order of their regions. */
  family(key: KeyRecord): readonly KeyRecord[] {
    return familyOf(this.#parts.ring, key);
  }
}

function requirePrimary({ arn, region, primaryRegion }: KeyRecord): void {
  if (primaryRegion === region) return;
  throw new Refusal('UnsupportedKeyOperation', { message: `${arn} is not a multi-region primary key.` });
}
