/** Faults that a test puts between callers and the key service: throttling, outages, denial, delay. The same seed, the same faults. */
import type { Clock } from '../base/clock.ts';
import { Outage, Refusal } from '../base/errors.ts';
import type { Caller } from '../kms/key-service.ts';
import { type Duration, durationMs } from './duration.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * `throttle`: more calls than it allows. `outage`: it does not answer. `deny`: no caller may. `wrongRegion`: the key is said to
 * be elsewhere. `delay`: it answers `by` later on the lab's clock.
 */
export type KeyFaultKind = (typeof kinds)[number];

const kinds = ['throttle', 'outage', 'deny', 'wrongRegion', 'delay'] as const;

export interface KeyFaultOptions {
  /** For ever, or until it is ended, unless said otherwise. */
  readonly for?: Duration;
  /** Of calls, between 0 and 1, drawn by the lab's seed; all of them unless said otherwise. */
  readonly share?: number;
  /** Names of operations, as `Decrypt`; all of them unless said otherwise. */
  readonly operations?: readonly string[];
  /** All regions unless said otherwise. */
  readonly region?: string;
  /** Of a delay. */
  readonly by?: Duration;
}

/** A fault at work. */
export interface KeyFault {
  /** Calls that it has met. */
  readonly calls: number;
  end(): void;
}

interface Active extends KeyFaultOptions {
  readonly kind: KeyFaultKind;
  readonly endMs: number;
  calls: number;
}

export interface KeyCall {
  readonly operation: string;
  readonly caller: Caller;
  /** As the caller names it, where the call is about one. */
  readonly key?: string;
}

export class KeyFaults {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #active = new Set<Active>();

  constructor(clock: Clock, seed: number) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
  }

  /** Begins a fault. Throws a TypeError for a kind, a share or a length of time that is none. */
  fail(kind: KeyFaultKind, options: KeyFaultOptions = {}): KeyFault {
    const { share = 1, for: length, by } = options;
    if (!kinds.includes(kind)) throw new TypeError(`${JSON.stringify(kind)} is none of ${kinds.join(', ')}`);
    if (!(share > 0 && share <= 1)) throw new TypeError('a share of calls is above 0 and at most 1');
    if (kind === 'delay' && by === undefined) {
      throw new TypeError('a delay needs its length: fail("delay", { by: "2s" })');
    }
    if (by !== undefined) durationMs(by);
    const endMs = length === undefined ? Infinity : this.#clock.monotonicMs() + durationMs(length);
    const active: Active = { ...options, kind, endMs, calls: 0 };
    this.#active.add(active);
    return {
      get calls() {
        return active.calls;
      },
      end: () => {
        this.#active.delete(active);
      },
    };
  }

  /** Ends all faults. */
  mend(): void {
    this.#active.clear();
  }

  /** Throws the first fault that meets this call; after its delays, if any do. */
  async meet(call: KeyCall): Promise<void> {
    for (const fault of this.#active) {
      if (!this.#meets(fault, call)) continue;
      fault.calls++;
      if (fault.kind !== 'delay') throw faultOf(fault.kind, call);
      const { by = 0 } = fault;
      await new Promise<void>((resolve) => this.#clock.after(durationMs(by), resolve));
    }
  }

  #meets(fault: Active, { operation, caller }: KeyCall): boolean {
    if (this.#clock.monotonicMs() >= fault.endMs) {
      this.#active.delete(fault);
      return false;
    }
    const { share = 1, operations, region } = fault;
    if (operations !== undefined && !operations.includes(operation)) return false;
    if (region !== undefined && region !== caller.region) return false;
    return share === 1 || this.#random() < share;
  }
}

function faultOf(kind: Exclude<KeyFaultKind, 'delay'>, { operation, caller, key = '*' }: KeyCall): Error {
  if (kind === 'throttle') return new Outage('KeyServiceThrottled');
  if (kind === 'outage') return new Outage('KeyServiceUnavailable');
  if (kind === 'wrongRegion') return new Refusal('InvalidArnRegion', { region: caller.region });
  const message =
    `User: ${caller.arn} is not authorized to perform: kms:${operation} on resource: ${key} ` +
    'with an explicit deny in a resource-based policy';
  return new Refusal('KeyAccessDenied', { message });
}
