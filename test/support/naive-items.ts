/** Items as plain JSON, with conditions and updates done in the most obvious way: what a model compares the engine with. */
import fc from 'fast-check';

export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly L: readonly Value[] }
  | { readonly M: Readonly<Record<string, Value>> };
export type Attributes = Readonly<Record<string, Value>>;

/** One text for all equal values: sets and maps have no order. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (key, held) => {
    if ((key === 'SS' || key === 'NS') && Array.isArray(held)) return [...held].sort();
    if (typeof held !== 'object' || held === null || Array.isArray(held)) return held;
    return Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

const equal = (a: Value | undefined, b: Value | undefined) =>
  a !== undefined && b !== undefined && canonical(a) === canonical(b);

const numberIn = (value: Value | undefined) => (value && 'N' in value ? Number(value.N) : undefined);

export const names = ['x', 'y', 'z'] as const;
const anyName = fc.constantFrom(...names);
const smallNumber = fc.integer({ min: -9, max: 9 });
const N = (number: number): Value => ({ N: String(number) });
const member = fc.constantFrom('a', 'b', 'ab', 'c');
const set = fc.uniqueArray(member, { minLength: 1, maxLength: 3 }).map((SS): Value => ({ SS }));
const numberSet = fc
  .uniqueArray(smallNumber, { minLength: 1, maxLength: 3 })
  .map((numbers): Value => ({ NS: numbers.map(String) }));
const text = fc.constantFrom('', 'a', 'b', 'ab', 'bab', 'é').map((S): Value => ({ S }));
const scalar: fc.Arbitrary<Value> = fc.oneof(
  text,
  smallNumber.map(N),
  fc.boolean().map((BOOL): Value => ({ BOOL })),
  fc.constantFrom<Value>({ NULL: true }, { B: 'AAE=' }),
);
const list = fc.array(scalar, { maxLength: 3 }).map((L): Value => ({ L }));
const map = fc
  .dictionary(fc.constantFrom('k', 'l'), scalar, { maxKeys: 2 })
  .map((M): Value => ({ M: { ...M } }));
export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  { weight: 2, arbitrary: scalar },
  ...[set, numberSet, list, map].map((arbitrary) => ({ weight: 1, arbitrary })),
);
/** The key of the indexes, where an item has one: no other type would be stored. */
export const indexName = 'g';
export const indexed = fc.constantFrom('p', 'q').map((S): Value => ({ S }));
export const anyAttributes: fc.Arbitrary<Attributes> = fc
  .tuple(
    ...[...names.map(() => anyValue), indexed].map((value) => fc.option(value, { nil: undefined, freq: 4 })),
  )
  .map((held) => {
    const entries = [...names, indexName].map((name, i) => [name, held[i]] as const);
    return Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, value]] : [])));
  });

/** A condition as a request has it, its name as `#n` and its value as `:c`, and whether it holds. */
export interface Test {
  readonly text: string;
  readonly name: string;
  readonly value: Value | undefined;
  readonly holds: (item: Attributes | undefined) => boolean;
}

type Holds = (held: Value | undefined, given: Value) => boolean;
const ordered =
  (holds: (a: number, b: number) => boolean): Holds =>
  (held, given) => {
    const [a, b] = [numberIn(held), numberIn(given)];
    return a !== undefined && b !== undefined && holds(a, b);
  };

/** By their text: the value they are given, and their meaning. */
const tests: readonly (readonly [string, fc.Arbitrary<Value> | undefined, Holds])[] = [
  ['attribute_exists(#n)', undefined, (held) => held !== undefined],
  ['attribute_not_exists(#n)', undefined, (held) => held === undefined],
  ['#n = :c', anyValue, equal],
  ['#n <> :c', anyValue, (held, given) => !equal(held, given)],
  ['NOT #n = :c', anyValue, (held, given) => !equal(held, given)],
  ['#n < :c', smallNumber.map(N), ordered((a, b) => a < b)],
  ['#n >= :c', smallNumber.map(N), ordered((a, b) => a >= b)],
  ['#n BETWEEN :c AND :c', smallNumber.map(N), ordered((a, b) => a === b)],
  ['#n IN (:c)', anyValue, equal],
  ['begins_with(#n, :c)', text, (held, given) => textIn(held)?.startsWith(textIn(given) ?? '') === true],
  [
    'contains(#n, :c)',
    text,
    (held, given) => {
      if (held && 'SS' in held) return held.SS.includes(textIn(given) ?? '');
      if (held && 'L' in held) return held.L.some((element) => equal(element, given));
      return textIn(held)?.includes(textIn(given) ?? '') === true;
    },
  ],
  [
    'attribute_type(#n, :c)',
    fc.constantFrom<Value>({ S: 'N' }, { S: 'SS' }, { S: 'NULL' }),
    (held, given) => held !== undefined && textIn(given) === Object.keys(held)[0],
  ],
];

function textIn(value: Value | undefined): string | undefined {
  return value && 'S' in value ? value.S : undefined;
}

export const anyTest: fc.Arbitrary<Test> = fc.constantFrom(...tests).chain(([text, given, holds]) =>
  fc.tuple(anyName, given ?? fc.constant(undefined)).map(([name, value]) => ({
    text,
    name,
    value,
    holds: (item) => holds(item?.[name], value ?? { NULL: true }),
  })),
);

/** The members of a request with a test under `parameter`. */
export function testInput(parameter: string, { text, name, value }: Test): object {
  return {
    [parameter]: text,
    ExpressionAttributeNames: { '#n': name },
    ...(value && { ExpressionAttributeValues: { ':c': value } }),
  };
}

/** An update as a request has it; what it makes of an item, or the sentence with which that is refused. */
export interface Change {
  readonly input: object;
  readonly name: string;
  /** True where an absent item comes into being. */
  readonly creates: boolean;
  readonly next: (item: Attributes) => Attributes | string;
}

const wrongType = 'An operand in the update expression has an incorrect data type';
const badPath = 'The document path provided in the update expression is invalid for update';

type Next = (held: Value | undefined, given: Value) => Value | undefined | string;
interface Kind {
  readonly text: string;
  readonly given?: fc.Arbitrary<Value>;
  readonly creates: boolean;
  readonly next: Next;
}

const added: Next = (held, given) => {
  if (held === undefined) return given;
  if ('N' in held && 'N' in given) return N(Number(held.N) + Number(given.N));
  if ('SS' in held && 'SS' in given) return { SS: [...new Set([...held.SS, ...given.SS])] };
  return 'NS' in held && 'NS' in given ? { NS: [...new Set([...held.NS, ...given.NS])] } : wrongType;
};
const deleted: Next = (held, given) => {
  if (held === undefined) return undefined;
  if (!('SS' in held) || !('SS' in given)) return wrongType;
  const SS = held.SS.filter((each) => !given.SS.includes(each));
  return SS.length === 0 ? undefined : { SS };
};

const kinds: readonly Kind[] = [
  { text: 'SET #u = :u', given: anyValue, creates: true, next: (_, given) => given },
  {
    text: 'SET #u = if_not_exists(#u, :u)',
    given: anyValue,
    creates: true,
    next: (held, given) => held ?? given,
  },
  {
    text: 'SET #u = if_not_exists(#u, :u) + :u',
    given: smallNumber.map(N),
    creates: true,
    next: (held, given) => {
      const sum = (numberIn(held ?? given) ?? Number.NaN) + (numberIn(given) ?? 0);
      return Number.isNaN(sum) ? wrongType : N(sum);
    },
  },
  {
    text: 'SET #u = list_append(if_not_exists(#u, :u), :u)',
    given: list,
    creates: true,
    next: (held, given) => {
      const from = held ?? given;
      return 'L' in from && 'L' in given ? { L: [...from.L, ...given.L] } : wrongType;
    },
  },
  {
    text: 'SET #u.k = :u',
    given: scalar,
    creates: true,
    next: (held, given) => (held && 'M' in held ? { M: { ...held.M, k: given } } : badPath),
  },
  { text: 'REMOVE #u', creates: false, next: () => undefined },
  {
    text: 'REMOVE #u[0]',
    creates: false,
    next: (held) => (held && 'L' in held ? { L: held.L.slice(1) } : badPath),
  },
  { text: 'ADD #u :u', given: fc.oneof(smallNumber.map(N), set, numberSet), creates: true, next: added },
  { text: 'DELETE #u :u', given: set, creates: false, next: deleted },
];

function changed(item: Attributes, name: string, next: Value | undefined | string): Attributes | string {
  if (typeof next === 'string') return next;
  const { [name]: _, ...others } = item;
  return next === undefined ? others : { ...others, [name]: next };
}

const none: Value = { NULL: true };

export const anyChange: fc.Arbitrary<Change> = fc
  .constantFrom(...kinds)
  .chain(({ text, given, creates, next }) =>
    fc.tuple(anyName, given ?? fc.constant(undefined)).map(([name, value]) => ({
      input: {
        UpdateExpression: text,
        ExpressionAttributeNames: { '#u': name },
        ...(value && { ExpressionAttributeValues: { ':u': value } }),
      },
      name,
      creates,
      next: (item) => changed(item, name, next(item[name], value ?? none)),
    })),
  );

const actions: readonly (readonly ['PUT' | 'ADD' | 'DELETE', fc.Arbitrary<Value> | undefined, Next])[] = [
  ['PUT', anyValue, (_, given) => given],
  ['ADD', fc.oneof(smallNumber.map(N), set, numberSet), added],
  ['DELETE', undefined, () => undefined],
  ['DELETE', set, deleted],
];

/** The same in the parameters before expressions. */
export const anyLegacyChange: fc.Arbitrary<Change> = fc
  .constantFrom(...actions)
  .chain(([Action, given, next]) =>
    fc.tuple(anyName, given ?? fc.constant(undefined)).map(([name, value]) => ({
      input: { AttributeUpdates: { [name]: { Action, ...(value && { Value: value }) } } },
      name,
      creates: Action !== 'DELETE',
      next: (item) => {
        const held = next(item[name], value ?? none);
        return changed(item, name, held === wrongType ? 'Type mismatch for attribute to update' : held);
      },
    })),
  );
