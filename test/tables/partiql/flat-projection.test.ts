import { describe, expect, test } from 'vitest';
import type { Path } from '../../../src/tables/expression/path.ts';
import { flatProjection } from '../../../src/tables/partiql/flat-projection.ts';
import { item, L, M, N, S } from '../support.ts';

const example = item({
  a: S('x'),
  m: M({ a: S('inner'), deep: M({ l: L(N(1), L(N(2))) }) }),
  l: L(M({ k: N(3) })),
});

describe('a row', () => {
  const cases: [Path[], Parameters<typeof item>[0]][] = [
    [[['a']], { a: S('x') }],
    [[['m', 'deep', 'l', 0]], { 'l[0]': N(1) }],
    [[['m', 'deep', 'l', 1, 0]], { 'l[1][0]': N(2) }],
    [[['l', 0, 'k']], { k: N(3) }],
    [[['a'], ['m', 'a']], { a: S('inner') }],
    [[['m', 'a'], ['a']], { a: S('x') }],
    [[['gone'], ['m', 'gone'], ['a', 'b'], ['l', 5]], {}],
    [
      [
        ['m', 'deep'],
        ['m', 'deep', 'l'],
      ],
      { deep: M({ l: L(N(1), L(N(2))) }), l: L(N(1), L(N(2))) },
    ],
  ];
  for (const [paths, row] of cases) {
    test(`of ${JSON.stringify(paths)} is flat`, () => {
      const projection = flatProjection(paths);
      expect(projection.project(example)).toEqual(item(row));
      expect(projection.paths).toEqual(paths);
    });
  }
});
