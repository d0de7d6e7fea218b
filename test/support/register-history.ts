/** Judges a history of calls on one item that holds one value: is there a moment within each call at which it can have worked? */

export interface RegisterCall {
  /** `swap` puts `value` where `expected` is, and fails elsewhere; undefined stands for no item. */
  readonly kind: 'read' | 'write' | 'swap';
  readonly value: number | undefined;
  readonly expected?: number | undefined;
  /** By one count of all beginnings and ends. */
  readonly begunAt: number;
  readonly endedAt: number;
  /** `unknown`: it worked at any moment since it began, or never. */
  readonly outcome: 'made' | 'failed' | 'unknown';
}

type Value = number | undefined;

/** The search of Wing and Gong, which tries no state twice (Lowe). Reads have the outcome `made`. */
export function isLinearizable(calls: readonly RegisterCall[], first: Value = undefined): boolean {
  const certain = calls.filter(({ outcome }) => outcome !== 'unknown').length;
  const tried = new Set<string>();
  const search = (done: bigint, certainDone: number, value: Value): boolean => {
    if (certainDone === certain) return true;
    const state = `${done.toString(36)} ${value}`;
    if (tried.has(state)) return false;
    tried.add(state);
    const isDone = (index: number) => ((done >> BigInt(index)) & 1n) === 1n;
    const open = calls.map((call, index) => ({ call, index })).filter(({ index }) => !isDone(index));
    // Nothing may come behind a call that ended before it began.
    const until = Math.min(...open.map(({ call }) => (call.outcome === 'unknown' ? Infinity : call.endedAt)));
    return open.some(({ call, index }) => {
      if (call.begunAt > until || !isPossible(call, value)) return false;
      const step = call.outcome === 'unknown' ? 0 : 1;
      return search(done | (1n << BigInt(index)), certainDone + step, after(call, value));
    });
  };
  return search(0n, 0, first);
}

function isPossible({ kind, value, expected, outcome }: RegisterCall, held: Value): boolean {
  if (kind === 'read') return held === value;
  if (kind === 'write') return true;
  return outcome === 'failed' ? held !== expected : held === expected;
}

function after({ kind, value, outcome }: RegisterCall, held: Value): Value {
  return kind === 'read' || outcome === 'failed' ? held : value;
}
