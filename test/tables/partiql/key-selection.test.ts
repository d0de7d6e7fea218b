import { describe, expect, test } from 'vitest';
import type { BoundCondition } from '../../../src/tables/expression/bound-condition.ts';
import type { IndexCondition } from '../../../src/tables/index-key.ts';
import type { IndexKeySchema, KeySchema } from '../../../src/tables/key-schema.ts';
import { asksBesideKey, selectedKey, selectedPartitions } from '../../../src/tables/partiql/key-selection.ts';
import { item, N, refusal, S } from '../support.ts';
import { bound } from './support.ts';

const hash = { name: 'h', type: 'S' } as const;
const range = { name: 'r', type: 'N' } as const;
const plain: KeySchema = { hash };
const sorted: KeySchema = { hash, range };
const indexed: IndexKeySchema = { hash: [hash], range: [range] };

function condition(where: string): BoundCondition {
  const statement = bound(`SELECT * FROM t WHERE ${where}`);
  if (statement.kind !== 'select' || statement.where === undefined) throw new TypeError('it has a WHERE');
  return statement.where.tree;
}

describe('the key', () => {
  const whole = item({ h: S('a'), r: N(1) });
  const cases: [string, KeySchema, ReturnType<typeof item> | undefined][] = [
    [`h = 'a'`, plain, item({ h: S('a') })],
    [`'a' = h`, plain, item({ h: S('a') })],
    [`h = 'a'`, sorted, undefined],
    [`h = 'a' AND r = 1`, sorted, whole],
    [`x = 1 AND (1.0 = r AND (h = 'a'))`, sorted, whole],
    [`h = 'a' AND h = 'b'`, plain, item({ h: S('a') })],
    [`h = 'a' OR r = 1`, sorted, undefined],
    [`NOT h = 'a'`, plain, undefined],
    [`h IN ['a']`, plain, undefined],
    [`h <> 'a'`, plain, undefined],
    [`h = x`, plain, undefined],
    [`h.x = 'a'`, plain, undefined],
    [`size(h) = 1`, plain, undefined],
    [`h = 'a' AND r >= 1`, sorted, undefined],
  ];
  for (const [where, schema, key] of cases) {
    test(`${where} ${key === undefined ? 'leaves it open' : 'fixes it'}`, () => {
      expect(selectedKey(condition(where), schema)).toEqual(key);
    });
  }

  test('is open without any condition, and refused in a wrong type', () => {
    expect(selectedKey(undefined, plain)).toBeUndefined();
    const mismatch = 'The provided key element does not match the schema';
    expect(refusal(() => selectedKey(condition('h = 1'), plain))).toBe(mismatch);
    expect(refusal(() => selectedKey(condition(`h = 'a' AND r = 'x'`), sorted))).toBe(mismatch);
  });

  const beside: [string, boolean][] = [
    [`h = 'a'`, false],
    [`h = 'a' AND r = 1`, false],
    [`h = 'a' AND x = 1`, true],
    [`h = 'a' AND NOT x = 1`, true],
    [`h = 'a' AND h <> 'b'`, true],
  ];
  for (const [where, more] of beside) {
    test(`${where} asks ${more ? 'for more than it' : 'for it alone'}`, () => {
      expect(asksBesideKey(condition(where), sorted)).toBe(more);
    });
  }
});

describe('the partitions', () => {
  const of = (text: string, sort?: IndexCondition['sort']): IndexCondition => ({
    hash: [S(text)],
    equal: [],
    ...(sort === undefined ? {} : { sort }),
  });
  const cases: [string, IndexCondition[] | undefined][] = [
    [`h = 'a'`, [of('a')]],
    [`h IN ['a', 'b', 'a']`, [of('a'), of('b')]],
    [`h = 'a' OR h = 'b' OR h IN ['c']`, [of('a'), of('b'), of('c')]],
    [`(h = 'a' OR h = 'b') AND x = 1`, [of('a'), of('b')]],
    [`h = 'a' OR x = 1`, undefined],
    [`h = 'a' OR (h = 'b' AND x = 1)`, undefined],
    [`h > 'a'`, undefined],
    [`h IN ['a', x]`, undefined],
    [`'a' IN [h]`, undefined],
    ['r = 1', undefined],
    [`h = 'a' AND r = 1`, [of('a', { op: '=', value: N(1) })]],
    [`h = 'a' AND 1 < r`, [of('a', { op: '>', value: N(1) })]],
    [`h = 'a' AND r <= 1 AND r > 0`, [of('a', { op: '<=', value: N(1) })]],
    [`h = 'a' AND r > 0 AND r = 1`, [of('a', { op: '=', value: N(1) })]],
    [`h = 'a' AND r BETWEEN 1 AND 2`, [of('a', { op: 'BETWEEN', low: N(1), high: N(2) })]],
    [`h = 'a' AND r BETWEEN x AND 2`, [of('a')]],
    [`h = 'a' AND r <> 1`, [of('a')]],
    [`h = 'a' AND r IN [1]`, [of('a')]],
    [`h = 'a' AND r > x`, [of('a')]],
    [`h = 'a' AND NOT r = 1`, [of('a')]],
    [`h IN ['a','b'] AND r = 1`, [of('a', { op: '=', value: N(1) }), of('b', { op: '=', value: N(1) })]],
  ];
  for (const [where, partitions] of cases) {
    test(`${where} ${partitions === undefined ? 'names none' : `names ${partitions.length}`}`, () => {
      expect(selectedPartitions(condition(where), indexed)).toEqual(partitions);
    });
  }

  test('begins_with narrows a sort key of text', () => {
    const text: IndexKeySchema = { hash: [hash], range: [{ name: 'r', type: 'S' }] };
    expect(selectedPartitions(condition(`h = 'a' AND begins_with(r, 'x')`), text)).toEqual([
      of('a', { op: 'begins_with', prefix: S('x') }),
    ]);
    expect(selectedPartitions(condition(`h = 'a' AND begins_with(r, x)`), text)).toEqual([of('a')]);
  });

  test('of an index with several attributes are named by all hashes, and sorts from the left on', () => {
    const many: IndexKeySchema = {
      hash: [hash, { name: 'i', type: 'S' }],
      range: [range, { name: 's', type: 'N' }],
    };
    expect(selectedPartitions(condition(`h = 'a'`), many)).toBeUndefined();
    expect(selectedPartitions(condition(`h = 'a' AND i IN ['x', 'y'] AND r = 1 AND s > 2`), many)).toEqual([
      { hash: [S('a'), S('x')], equal: [N(1)], sort: { op: '>', value: N(2) } },
      { hash: [S('a'), S('y')], equal: [N(1)], sort: { op: '>', value: N(2) } },
    ]);
    expect(selectedPartitions(condition(`h = 'a' AND i = 'x' AND s > 2`), many)).toEqual([
      { hash: [S('a'), S('x')], equal: [] },
    ]);
  });

  test('are fifty at most, and have values of the right type', () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => `'${index}'`).join();
    expect(selectedPartitions(condition(`h IN [${list(50)}]`), indexed)).toHaveLength(50);
    expect(refusal(() => selectedPartitions(condition(`h IN [${list(51)}]`), indexed))).toBe(
      'The IN operator is provided with too many operands; number of operands: 51',
    );
    const wrong =
      'One or more parameter values were invalid: Condition parameter type does not match schema type';
    for (const where of ['h = 1', `h IN ['a', 1]`, `h = 'a' AND r > 'x'`]) {
      expect(
        refusal(() => selectedPartitions(condition(where), indexed)),
        where,
      ).toBe(wrong);
    }
  });
});
