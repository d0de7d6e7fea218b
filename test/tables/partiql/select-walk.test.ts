import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import type { KeySchema } from '../../../src/tables/key-schema.ts';
import { selectedPartitions } from '../../../src/tables/partiql/key-selection.ts';
import { selectCursor, tableSource } from '../../../src/tables/partiql/select-walk.ts';
import type { ItemCursor, KeyRange, StoredItem } from '../../../src/tables/table.ts';
import { encodeKey, isInRange } from '../../../src/tables/tree-key.ts';
import { item, N, refusal, S } from '../support.ts';
import { bound } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'h', type: 'S' }, range: { name: 'r', type: 'N' } };
const keys = [...'abc'].flatMap((h) => [1, 2, 3].map((r) => item({ h: S(h), r: N(r) })));
const shown = (key: Map<string, object> | ReadonlyMap<string, object>) =>
  [...key.values()].map((value) => Object.values(value).join()).join('');

/** A table of those keys that also tells which ranges are walked. */
function tableOfKeys() {
  const ranges: KeyRange[] = [];
  const stored = keys
    .map((key) => ({ key: encodeKey(keySchema, key), found: { item: key, itemBytes: 1 } }))
    .toSorted((one, other) => compareBytes(one.key, other.key));
  const items = (range: KeyRange, { backwards = false } = {}): ItemCursor => {
    ranges.push(range);
    const found = stored.filter(({ key }) => isInRange(range, key)).map((each): StoredItem => each.found);
    if (backwards) found.reverse();
    return { next: () => found.shift() };
  };
  return { keySchema, items, ranges };
}

async function walked(rest: string, startKey?: ReturnType<typeof item>) {
  const table = tableOfKeys();
  const statement = bound(`SELECT * FROM t ${rest}`);
  if (statement.kind !== 'select') throw new TypeError('it is a SELECT');
  const cursor = selectCursor(statement, tableSource(table), startKey);
  const seen: string[] = [];
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next())
    seen.push(shown(next.item));
  return { seen, ranges: table.ranges.length };
}

const hashes = fc.constantFrom("'a'", "'b'", "'c'", "'d'");
const numbers = fc.integer({ min: 0, max: 4 });
const wheres = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    hashes.map((value) => `h = ${value}`),
    fc.array(hashes, { minLength: 1, maxLength: 3 }).map((list) => `h IN [${list.join()}]`),
    fc
      .tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>='), numbers)
      .map(([op, value]) => `r ${op} ${value}`),
    numbers.map((value) => `${value} < r`),
    fc.tuple(numbers, numbers).map(([low, more]) => `r BETWEEN ${low} AND ${low + more}`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one} AND ${other})`),
    fc.tuple(tie('condition'), tie('condition')).map(([one, other]) => `(${one} OR ${other})`),
    tie('condition').map((inner) => `NOT (${inner})`),
  ),
})).condition;

test('whatever WHERE says, the ranges walked have every item that meets it, and none twice', () => {
  fc.assert(
    fc.property(wheres, fc.boolean(), (where, descending) => {
      const table = tableOfKeys();
      const statement = bound(`SELECT * FROM t WHERE ${where}`);
      if (statement.kind !== 'select') throw new TypeError('it is a SELECT');
      const named = selectedPartitions(statement.where?.tree, tableSource(table).keySchema) !== undefined;
      const order = named ? [{ name: 'r', descending }] : [];
      const cursor = selectCursor({ ...statement, order }, tableSource(table), undefined);
      const seen: string[] = [];
      for (let next = cursor.next(); next !== undefined && !(next instanceof Promise); next = cursor.next()) {
        if (statement.where?.holds(next.item)) seen.push(shown(next.item));
      }
      expect(seen.toSorted()).toEqual(keys.filter((key) => statement.where?.holds(key)).map(shown));
      const sorts = seen.map((key) => Number(key.slice(1)) * (descending ? -1 : 1));
      if (named) expect(sorts).toEqual(sorts.toSorted((one, other) => one - other));
    }),
    { numRuns: 1000 },
  );
});

describe('a SELECT walks', () => {
  const cases: [string, string, number][] = [
    [`WHERE h = 'b'`, 'b1 b2 b3', 1],
    [`WHERE h = 'b' AND r >= 2`, 'b2 b3', 1],
    [`WHERE h = 'b' AND x = 1`, 'b1 b2 b3', 1],
    [`WHERE h = 'b' ORDER BY r DESC`, 'b3 b2 b1', 1],
    [`WHERE h = 'b' ORDER BY h DESC`, 'b1 b2 b3', 1],
    [`WHERE h = 'b' ORDER BY h, r DESC`, 'b3 b2 b1', 1],
    [`WHERE h IN ['c', 'a']`, 'c1 c2 c3 a1 a2 a3', 2],
    [`WHERE h IN ['c', 'a'] ORDER BY h`, 'a1 a2 a3 c1 c2 c3', 2],
    [`WHERE h IN ['a', 'c'] ORDER BY h DESC, r DESC`, 'c3 c2 c1 a3 a2 a1', 2],
    [`WHERE h IN ['c', 'a'] ORDER BY r`, 'c1 a1 c2 a2 c3 a3', 2],
    [`WHERE h IN ['c', 'a'] AND r < 3 ORDER BY r DESC`, 'c2 a2 c1 a1', 2],
    [`WHERE h IN ['c', 'nobody', 'a'] AND r = 2 ORDER BY r DESC`, 'c2 a2', 3],
  ];
  for (const [rest, order, ranges] of cases) {
    test(rest, async () => {
      expect(await walked(rest)).toEqual({ seen: order.split(' '), ranges });
    });
    test(`${rest}, and goes on behind each of them`, async () => {
      const all = order.split(' ');
      for (const [index, at] of all.entries()) {
        const startKey = item({ h: S(at.charAt(0)), r: N(at.slice(1)) });
        expect((await walked(rest, startKey)).seen, at).toEqual(all.slice(index + 1));
      }
    });
  }

  test('everything, where no partition is named, and goes on in it', async () => {
    for (const rest of ['', 'WHERE r = 1', `WHERE h > 'a'`]) {
      const { seen, ranges } = await walked(rest);
      expect(seen.toSorted()).toEqual(keys.map(shown));
      expect(ranges).toBe(1);
      const at = seen[4] ?? '';
      const startKey = item({ h: S(at.charAt(0)), r: N(at.slice(1)) });
      expect((await walked(rest, startKey)).seen).toEqual(seen.slice(5));
    }
  });

  test('not from a start key of other keys, or of a partition that it does not name', async () => {
    const starts = [
      item({ h: S('b') }),
      item({ h: S('b'), r: S('1') }),
      item({ h: N(1), r: N(1) }),
      item({ h: S('c'), r: N(1) }),
    ];
    for (const start of starts) {
      await expect(walked(`WHERE h IN ['a', 'b']`, start)).rejects.toThrow(
        'The provided NextToken is invalid',
      );
    }
  });

  test('no order that it cannot have', () => {
    const faults: [string, string][] = [
      ['ORDER BY r', 'Must have WHERE clause in the statement when using ORDER BY clause.'],
      [
        `WHERE h > 'a' ORDER BY h`,
        'Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.',
      ],
      [`WHERE h = 'a' ORDER BY x`, 'Variable reference x in ORDER BY clause must be part of the primary key'],
    ];
    for (const [rest, sentence] of faults) {
      const statement = bound(`SELECT * FROM t ${rest}`);
      if (statement.kind !== 'select') throw new TypeError('it is a SELECT');
      const walk = () => selectCursor(statement, tableSource(tableOfKeys()), undefined);
      expect(refusal(walk), rest).toBe(sentence);
    }
  });
});
