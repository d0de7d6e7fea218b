/** Rotating keys: on their schedule, on demand, and what can be seen of it. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { noFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import type { KeyRecord, Material } from './key.ts';
import type { KeyAdministration } from './key-administration.ts';
import type { KeyRing } from './key-ring.ts';
import { KeySchedule } from './key-schedule.ts';
import { isSymmetric } from './key-spec.ts';
import type { MaterialSafe } from './material.ts';
import {
  isReplica,
  type KeyRotation,
  onDemandRotationCount,
  onDemandRotationsMax,
  type Rotated,
  rotatedKey,
  rotationDueMs,
  rotationFrom,
  rotationOf,
  rotationPeriodDaysDefault,
} from './rotation.ts';

/** This long before an automatic rotation no other one is begun. */
export const rotationConflictMs = 20 * 60_000;

interface KeyRotationsParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly log: Log;
  readonly keys: KeyAdministration;
  readonly materials: MaterialSafe;
  /** The key and those that have their material in common with it. */
  readonly family: (key: KeyRecord) => readonly KeyRecord[];
}

type RotationOperation =
  | 'EnableKeyRotation'
  | 'DisableKeyRotation'
  | 'GetKeyRotationStatus'
  | 'RotateKeyOnDemand'
  | 'ListKeyRotations';

export class KeyRotations {
  readonly #parts: KeyRotationsParts;
  readonly #schedule: KeySchedule;

  constructor(parts: KeyRotationsParts) {
    const { clock, ring, log, materials } = parts;
    this.#parts = parts;
    this.#schedule = new KeySchedule({
      clock,
      ring,
      log,
      dueMs: rotationDueMs,
      change: (keys, nowMs) => ({
        keys: keys.flatMap((key) =>
          this.#rotated(key, materials.make(key.keyId), { type: 'AUTOMATIC', atMs: nowMs }),
        ),
      }),
      done: () => {},
      failure: 'Keys that are due could not be rotated; trying again in a minute.',
    });
  }

  /** Rotates every key that is due, then waits for the next. Throws what the storage throws. */
  start(): Promise<void> {
    return this.#schedule.start();
  }

  /** As start, whenever a key may have become due; a fault of the storage is logged, and tried again. */
  look(): Promise<void> {
    return this.#schedule.look();
  }

  close(): void {
    this.#schedule.close();
  }

  /** The next rotation is a whole period from now, also where rotation was on before. */
  async enable(caller: Caller, keyId: string, periodDays = rotationPeriodDaysDefault): Promise<void> {
    const { clock, ring, family } = this.#parts;
    const facts = requestFacts([['kms:RotationPeriodInDays', periodDays]]);
    await ring.change(() => {
      const key = this.#primary(caller, 'EnableKeyRotation', keyId, facts);
      const rotation = rotationFrom(clock.nowMs(), periodDays);
      return { keys: family(key).map((one) => ({ ...one, rotation })), result: undefined };
    });
    await this.look();
  }

  disable(caller: Caller, keyId: string): Promise<void> {
    const { ring, family } = this.#parts;
    return ring.change(() => {
      const key = this.#primary(caller, 'DisableKeyRotation', keyId);
      return { keys: family(key).map(({ rotation: _, ...rest }) => rest), result: undefined };
    });
  }

  /** What is set for the key. Nothing while it is to be deleted. */
  status(caller: Caller, keyId: string): { key: KeyRecord; rotation: KeyRotation | undefined } {
    const key = this.#rotatable(caller, 'GetKeyRotationStatus', keyId);
    return { key, rotation: key.state === 'PendingDeletion' ? undefined : rotationOf(key) };
  }

  /**
   * At once, with new material or with what was imported for it. Refuses KeyLimitExceeded beyond 25, RotationConflict just
   * before an automatic rotation, and KeyMaterialConflict where nothing was imported.
   */
  rotateNow(caller: Caller, keyId: string): Promise<KeyRecord> {
    const { clock, ring } = this.#parts;
    return ring.change(() => {
      const key = this.#primary(caller, 'RotateKeyOnDemand', keyId);
      const atMs = clock.nowMs();
      requireNoneDue(key, atMs);
      requireRoomForRotation(key);
      const keys = this.#rotated(key, this.#newMaterial(key), { type: 'ON_DEMAND', atMs });
      return { keys, result: key };
    });
  }

  /** The key, whose materials tell of its rotations. */
  list(caller: Caller, keyId: string): KeyRecord {
    return this.#rotatable(caller, 'ListKeyRotations', keyId);
  }

  /** Refuses what symmetric keys alone can do; AWS says no more of it. */
  #rotatable(caller: Caller, operation: RotationOperation, keyId: string, facts = noFacts): KeyRecord {
    const key = this.#parts.keys.read(caller, operation, keyId, { facts });
    if (!isSymmetric(key)) throw new Refusal('UnsupportedKeyOperation', { message: '' });
    return key;
  }

  #primary(caller: Caller, operation: RotationOperation, keyId: string, facts = noFacts): KeyRecord {
    const key = this.#rotatable(caller, operation, keyId, facts);
    if (!isReplica(key)) return key;
    const message = `${key.arn} is not a multi-region primary key.`;
    throw new Refusal('UnsupportedKeyOperation', { message });
  }

  #newMaterial({ arn, keyId, origin, pendingMaterial }: KeyRecord): Material {
    if (origin === 'AWS_KMS') return this.#parts.materials.make(keyId);
    if (pendingMaterial !== undefined) return pendingMaterial;
    const message = `No available key material pending rotation for the key: ${arn}.`;
    throw new Refusal('KeyMaterialConflict', { message });
  }

  /** What one key of a family seals, each of them opens. */
  #rotated(key: KeyRecord, material: Material, how: Rotated): readonly KeyRecord[] {
    return this.#parts.family(key).map((one) => rotatedKey(one, material, how));
  }
}

function requireNoneDue(key: KeyRecord, nowMs: number): void {
  const dueMs = rotationDueMs(key);
  if (dueMs === undefined || dueMs - nowMs > rotationConflictMs) return;
  const message = `An automatic rotation of ${key.arn} is in progress or will begin within 20 minutes.`;
  throw new Refusal('RotationConflict', { message });
}

function requireRoomForRotation(key: KeyRecord): void {
  if (onDemandRotationCount(key) < onDemandRotationsMax) return;
  throw new Refusal('KeyLimitExceeded', {
    message:
      'The on-demand rotations limit has been reached for the given keyId. ' +
      `No more on-demand rotations can be performed for this key: ${key.arn}`,
  });
}
