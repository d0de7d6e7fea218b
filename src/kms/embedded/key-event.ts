/** What the service does with keys on its own, told to those who keep a record: rotations, deletions, expiries. */
import type { Clock } from '../../base/clock.ts';
import type { KeyRecord, Material } from './key.ts';
import type { KeyRing } from './key-ring.ts';

export interface KeyEvent {
  readonly name: 'RotateKey' | 'DeleteKey' | 'DeleteExpiredKeyMaterial';
  readonly keyArn: string;
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** Of RotateKey. */
  readonly rotation?: {
    readonly type: 'AUTOMATIC' | 'ON_DEMAND';
    readonly previousMaterialId: string;
    readonly currentMaterialId: string;
  };
}

/** What happens before there is a listener, as while the service opens, waits for it. */
const waitingMax = 10_000;

export class KeyEvents {
  readonly #waiting: KeyEvent[] = [];
  #listener: ((event: KeyEvent) => void) | undefined;

  constructor(ring: KeyRing, clock: Clock) {
    ring.watch((before) => {
      const after = ({ keyId, region }: KeyRecord) => ring.key(keyId, region);
      for (const event of keyEvents(before, after, clock.nowMs())) this.#tell(event);
    });
  }

  /** There is one; it must not throw. */
  listen(listener: (event: KeyEvent) => void): void {
    this.#listener = listener;
    for (const event of this.#waiting.splice(0)) listener(event);
  }

  #tell(event: KeyEvent): void {
    if (this.#listener !== undefined) this.#listener(event);
    else if (this.#waiting.length < waitingMax) this.#waiting.push(event);
  }
}

/** Events of a service's own keys are told to nobody. `nowMs`: what expires then or before has expired. */
export function keyEvents(
  before: Iterable<KeyRecord>,
  after: (was: KeyRecord) => KeyRecord | undefined,
  nowMs: number,
): readonly KeyEvent[] {
  const events: KeyEvent[] = [];
  for (const was of before) {
    const is = after(was);
    if (was === is || was.owner === 'OWNED') continue;
    const { arn: keyArn, account, region, keyId } = was;
    const key = { keyArn, account, region, keyId };
    if (is === undefined) events.push({ name: 'DeleteKey', ...key });
    else {
      const rotation = rotationBetween(was, is);
      if (rotation !== undefined) events.push({ name: 'RotateKey', ...key, rotation });
      if (hasExpired(was, is, nowMs)) events.push({ name: 'DeleteExpiredKeyMaterial', ...key });
    }
  }
  return events;
}

function rotationBetween(was: KeyRecord, is: KeyRecord): KeyEvent['rotation'] {
  const [previous, current] = [was.materials.at(-1), is.materials.at(-1)];
  if (previous === undefined || current?.rotated === undefined || current.id === previous.id)
    return undefined;
  return { type: current.rotated.type, previousMaterialId: previous.id, currentMaterialId: current.id };
}

/** What a caller deletes before its time is up is the caller's doing. */
function hasExpired(was: KeyRecord, is: KeyRecord, nowMs: number): boolean {
  return was.materials.some((material) => {
    const validToMs = material.imported?.validToMs;
    const isGone = secretOf(is, material) === undefined;
    return material.sealed !== undefined && isGone && validToMs !== undefined && validToMs <= nowMs;
  });
}

function secretOf({ materials }: KeyRecord, { id }: Material): string | undefined {
  return materials.find((material) => material.id === id)?.sealed;
}
