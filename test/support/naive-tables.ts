/** Tables of naive items: what the answers to every operation should be, worked out in the most obvious way. */
import { type Attributes, type Change, canonical, type Test } from './naive-items.ts';

export const tableNames = ['notes', 'events'] as const;
export type TableName = (typeof tableNames)[number];

/** A table is there with its items by their key, or it is not. */
export type Model = Map<TableName, Map<string, Attributes>>;

export const noTable = 'TableNotFound: Requested resource not found';
export const conditionFailed = 'ConditionalCheckFailed: The conditional request failed';

/** `events` has a sort key, `notes` has none. */
export function keyOf(table: TableName, pk: string, sk: number): Attributes {
  return table === 'events' ? { pk: { S: pk }, sk: { N: String(sk) } } : { pk: { S: pk } };
}

const sortOf = ({ sk }: Attributes) => (sk && 'N' in sk ? Number(sk.N) : 0);

/** Items of one partition in their order, or of all partitions in an order of no meaning. */
export function itemsOf(items: ReadonlyMap<string, Attributes>, pk?: string): readonly Attributes[] {
  const wanted = [...items.values()].filter(
    (item) => pk === undefined || canonical(item.pk) === canonical({ S: pk }),
  );
  return wanted.sort((a, b) => sortOf(a) - sortOf(b));
}

export interface Written {
  /** The code and sentence of a refusal. */
  readonly refused?: string;
  readonly old?: Attributes | undefined;
  readonly next?: Attributes | undefined;
}

/** Writes what `decide` makes of the old item, if the test holds on it. */
export function write(
  model: Model,
  table: TableName,
  key: Attributes,
  {
    test,
    decide,
  }: {
    readonly test?: Test | undefined;
    readonly decide: (old: Attributes | undefined) => Attributes | string | undefined;
  },
): Written {
  const items = model.get(table);
  if (items === undefined) return { refused: noTable };
  const old = items.get(canonical(key));
  if (test?.holds(old) === false) return { refused: conditionFailed, old };
  const next = decide(old);
  if (typeof next === 'string') return { refused: next, old };
  if (next === undefined) items.delete(canonical(key));
  else items.set(canonical(key), next);
  return { old, next };
}

/** What an update makes of an item; an absent one starts from its key. */
export function updated(
  old: Attributes | undefined,
  key: Attributes,
  change: Change,
): Attributes | string | undefined {
  return old === undefined && !change.creates ? undefined : change.next(old ?? key);
}

/** The attributes of these names, in an item that has any of them or none. */
export function only(item: Attributes, wanted: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.includes(name)));
}

/** Sets and maps in one order, so that answers compare; everything else as it is. */
export function settled(answer: unknown): unknown {
  return answer === undefined ? undefined : JSON.parse(canonical(answer));
}

/** In an order that has no meaning, but is one. */
export function inAnyOrder(items: readonly unknown[]): readonly unknown[] {
  return [...items].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}
