/** Measuring fairly: contestants take turns, and the median of their turns counts. */

export interface Contestant {
  readonly name: string;
  /** One turn; resolves with what it measured. */
  readonly turn: () => Promise<number> | number;
}

/** Runs each contestant once in each round, the first round unheard, and gives each one's median. */
export async function interleaved(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, number>> {
  const turns = await takeTurns(contestants, rounds);
  return new Map([...turns].map(([name, values]) => [name, median(values)]));
}

/** The same, with all that was measured: the values of one round stand at one index. */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const heard = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    // Every other round goes backwards, so that none always follows the same neighbour.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const { name, turn } of order) {
      const value = await turn();
      if (round > 0) heard.get(name)?.push(value);
    }
  }
  return heard;
}

/**
 * The median of what one round says of two contestants. A machine that is slow for a while is slow for both,
 * so this holds still where the ratio of their medians does not.
 */
export function medianRatio(above: readonly number[], below: readonly number[]): number {
  if (above.length !== below.length) throw new Error('two contestants took a different number of turns');
  return median(above.map((value, round) => value / (below[round] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** What was measured under this name; a bench that asks for another has a bug. */
export function of(medians: ReadonlyMap<string, number>, name: string): number {
  const value = medians.get(name);
  if (value === undefined) throw new Error(`nothing was measured as ${name}`);
  return value;
}

/** Operations a second of `clients` loops that each call `once` and wait for it, for `turnMs`. */
export async function perSecond(
  clients: number,
  turnMs: number,
  once: () => Promise<unknown>,
): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  const loop = async () => {
    while (performance.now() - startMs < turnMs) {
      await once();
      done++;
    }
  };
  await Promise.all(Array.from({ length: clients }, loop));
  return (done * 1000) / (performance.now() - startMs);
}

/** Percentage by which `ours` is slower than `theirs`, both in operations a second. */
export function costPercent(oursPerSecond: number, theirsPerSecond: number): number {
  return 100 * (theirsPerSecond / oursPerSecond - 1);
}
