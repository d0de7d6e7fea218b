import { describe, expect, test } from 'vitest';
import type { Path } from '../../../src/tables/expression/path.ts';
import { PathTree } from '../../../src/tables/expression/path-tree.ts';

function treeOf(paths: readonly Path[]): PathTree<number> {
  const tree = new PathTree<number>();
  for (const [index, path] of paths.entries()) tree.add(path, index);
  return tree;
}

describe('paths that cannot stand together are told', () => {
  const sentence = (kind: string, one: string, two: string) =>
    `Two document paths ${kind} with each other; must remove or rewrite one of these paths; ` +
    `path one: ${one}, path two: ${two}`;
  const cases: [Path[], string | undefined][] = [
    [[['a'], ['b'], ['c', 'd'], ['c', 'e']], undefined],
    [
      [
        ['l', 0],
        ['l', 1, 'x'],
        ['l', 1, 'y'],
      ],
      undefined,
    ],
    [[['a.b'], ['a', 'b']], undefined],
    [[['a'], ['a']], sentence('overlap', '[a]', '[a]')],
    [[['a'], ['a', 'b']], sentence('overlap', '[a]', '[a, b]')],
    [
      [
        ['a', 'b', 'c'],
        ['a', 'b'],
      ],
      sentence('overlap', '[a, b, c]', '[a, b]'),
    ],
    [[['m', 'n'], ['x'], ['m', 'n']], sentence('overlap', '[m, n]', '[m, n]')],
    [
      [
        ['l', 0],
        ['l', 0],
      ],
      sentence('overlap', '[l, [0]]', '[l, [0]]'),
    ],
    [
      [
        ['a', 'b'],
        ['a', 1],
      ],
      sentence('conflict', '[a, b]', '[a, [1]]'),
    ],
    [
      [
        ['a', 1, 'x'],
        ['a', 'b'],
      ],
      sentence('conflict', '[a, [1], x]', '[a, b]'),
    ],
    [[['a', 'b'], ['a', 1], ['c'], ['c']], sentence('overlap', '[c]', '[c]')],
    [[['a', 'b'], ['a', 1], ['c'], ['c', 'd'], ['a']], sentence('overlap', '[c]', '[c, d]')],
  ];
  for (const [paths, expected] of cases) {
    test(JSON.stringify(paths), () => expect(treeOf(paths).clash()).toBe(expected));
  }
});

test('the tree carries its leaves, indexes in ascending order', () => {
  const root = treeOf([
    ['l', 9],
    ['l', 2],
    ['m', 'a'],
  ]).root();
  expect(root.names.get('l')?.indexes.map(([index, node]) => [index, node.leaf])).toEqual([
    [2, 1],
    [9, 0],
  ]);
  expect(root.names.get('m')?.names.get('a')?.leaf).toBe(2);
  expect(root.names.get('m')?.leaf).toBeUndefined();
});
