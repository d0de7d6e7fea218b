/** Judges a history of transactions that append to lists and read them: could they have run one after another, as they were called? */

export interface ListTransaction {
  /** Each value is appended once in a history, and a transaction appends to a list once at most. */
  readonly appends: readonly (readonly [list: string, value: number])[];
  /** What it saw of lists before its own appends. */
  readonly reads: readonly (readonly [list: string, values: readonly number[]])[];
  /** By one count of all beginnings and ends. */
  readonly begunAt: number;
  /** Of no meaning where the outcome is unknown: it may have been made even later. */
  readonly endedAt: number;
  readonly outcome: 'made' | 'cancelled' | 'unknown';
}

/** What is wrong; nothing where it is strictly serializable. Let the last one read every list, so that all appends show. */
export function listAnomalies(history: readonly ListTransaction[]): readonly string[] {
  const lists = longestLists(history);
  const writers = new Map<number, ListTransaction>();
  for (const each of history) for (const [, value] of each.appends) writers.set(value, each);
  const seen = new Set([...lists.values()].flat());
  const faults = [...readFaults(history, lists), ...writeFaults(history, seen, writers)];
  return faults.length > 0 ? faults : cycles(history, { lists, writers, seen });
}

type Lists = ReadonlyMap<string, readonly number[]>;

/** The order of the appends to each list, as far as anybody saw. */
function longestLists(history: readonly ListTransaction[]): Lists {
  const lists = new Map<string, readonly number[]>();
  for (const { reads, outcome } of history) {
    if (outcome !== 'made') continue;
    for (const [list, values] of reads) {
      if (values.length > (lists.get(list)?.length ?? -1)) lists.set(list, values);
    }
  }
  return lists;
}

function* readFaults(history: readonly ListTransaction[], lists: Lists): Generator<string> {
  for (const [list, values] of lists) {
    if (new Set(values).size < values.length) yield `${list} holds a value twice: ${values}`;
  }
  for (const { reads, outcome } of history) {
    if (outcome !== 'made') continue;
    for (const [list, values] of reads) {
      if (values.some((value, index) => lists.get(list)?.[index] !== value))
        yield `${list} was read in two orders: ${values}`;
    }
  }
}

function* writeFaults(
  history: readonly ListTransaction[],
  seen: ReadonlySet<number>,
  writers: ReadonlyMap<number, ListTransaction>,
): Generator<string> {
  for (const value of seen) if (!writers.has(value)) yield `${value} was read, but never appended`;
  for (const { appends, outcome } of history) {
    const shown = appends.filter(([, value]) => seen.has(value)).length;
    const values = appends.map(([, value]) => value);
    if (outcome === 'cancelled' && shown > 0) yield `${values} was cancelled, and read`;
    if (outcome === 'made' && shown < appends.length) yield `${values} was made, and is lost`;
    if (outcome === 'unknown' && shown > 0 && shown < appends.length) yield `${values} was made by half`;
  }
}

interface Order {
  readonly lists: Lists;
  readonly writers: ReadonlyMap<number, ListTransaction>;
  readonly seen: ReadonlySet<number>;
}

/** Who must come before whom: by what they appended, by what they read, and by the time of their calls. */
function cycles(history: readonly ListTransaction[], { lists, writers, seen }: Order): readonly string[] {
  const graph = new Graph();
  for (const [list, values] of lists) {
    const order = values.map((value) => writers.get(value));
    for (const [index, writer] of order.entries()) graph.edge(order[index - 1], writer);
    for (const { reader, count } of readersOf(history, list)) {
      graph.edge(order[count - 1], reader);
      graph.edge(reader, order[count]);
    }
  }
  const made = history.filter(
    ({ outcome, appends }) =>
      outcome === 'made' || (outcome === 'unknown' && appends.some(([, v]) => seen.has(v))),
  );
  orderByTime(graph, made);
  const stuck = graph.stuck().filter((node) => history.some((each) => each === node));
  return stuck.length === 0 ? [] : [`no order of these is possible: ${JSON.stringify(stuck)}`];
}

function* readersOf(
  history: readonly ListTransaction[],
  list: string,
): Generator<{ readonly reader: ListTransaction; readonly count: number }> {
  for (const reader of history) {
    if (reader.outcome !== 'made') continue;
    for (const [read, values] of reader.reads) if (read === list) yield { reader, count: values.length };
  }
}

/** Moments in their order, each between the calls that had ended by then and those that began later. */
function orderByTime(graph: Graph, made: readonly ListTransaction[]): void {
  const events = made.flatMap((each) => [
    { at: each.begunAt, begins: each, ends: undefined },
    ...(each.outcome === 'made' ? [{ at: each.endedAt, begins: undefined, ends: each }] : []),
  ]);
  let moment: object | undefined;
  for (const { begins, ends } of events.toSorted((one, other) => one.at - other.at)) {
    graph.edge(moment, begins);
    if (ends === undefined) continue;
    const next = {};
    graph.edge(moment, next);
    graph.edge(ends, next);
    moment = next;
  }
}

class Graph {
  readonly #after = new Map<object, Set<object>>();

  edge(before: object | undefined, after: object | undefined): void {
    if (before === undefined || after === undefined || before === after) return;
    const known = this.#after.get(before) ?? new Set();
    this.#after.set(before, known.add(after));
    if (!this.#after.has(after)) this.#after.set(after, new Set());
  }

  /** What is left when everything that waits for nothing has been taken away, over and over. */
  stuck(): readonly object[] {
    const waits = new Map([...this.#after.keys()].map((node) => [node, 0]));
    for (const afters of this.#after.values())
      for (const node of afters) waits.set(node, (waits.get(node) ?? 0) + 1);
    const free = [...waits].filter(([, count]) => count === 0).map(([node]) => node);
    for (let node = free.pop(); node !== undefined; node = free.pop()) {
      waits.delete(node);
      for (const after of this.#after.get(node) ?? []) {
        const count = (waits.get(after) ?? 0) - 1;
        waits.set(after, count);
        if (count === 0) free.push(after);
      }
    }
    return [...waits.keys()];
  }
}
