import { describe, expect, test } from 'vitest';
import { ParseFaults } from '../../../src/tables/expression/parse-faults.ts';
import { type Path, parsePath, pathText, samePath, valueAt } from '../../../src/tables/expression/path.ts';
import { TokenCursor } from '../../../src/tables/expression/tokens.ts';
import { item, L, M, N, refusal, S } from '../support.ts';

function parsed(text: string): { path: Path; fault: string | undefined } {
  const faults = new ParseFaults('projection');
  const cursor = new TokenCursor('ProjectionExpression', text);
  const path = parsePath(cursor, faults);
  cursor.expectEnd();
  return { path, fault: faults.first() };
}

describe('a path is read', () => {
  const cases: [string, Path][] = [
    ['a', ['a']],
    ['a.b[0].c', ['a', 'b', 0, 'c']],
    ['a . b [ 0 ] [ 1 ]', ['a', 'b', 0, 1]],
    ['#a.#b[007]', ['#a', '#b', 7]],
    ['a[2147483647]', ['a', 2147483647]],
    ['and_', ['and_']],
  ];
  for (const [text, path] of cases)
    test(text, () => expect(parsed(text)).toEqual({ path, fault: undefined }));
});

describe('what is no path is a syntax error', () => {
  const cases: [string, string][] = [
    ['_a', 'token: "_", near: "_a"'],
    ['1a', 'token: "1", near: "1a"'],
    ['a.', 'token: "<EOF>", near: "."'],
    ['a..b', 'token: ".", near: "..b"'],
    ['a._b', 'token: "_", near: "._b"'],
    ['a[#i]', 'token: "#i", near: "[#i]"'],
    ['a[:i]', 'token: ":i", near: "[:i]"'],
    ['a[-1]', 'token: "-", near: "[-1"'],
    ['a[1', 'token: "<EOF>", near: "1"'],
    ['a[]', 'token: "]", near: "[]"'],
    ['a[1.5]', 'token: ".", near: "1.5"'],
    [':v', 'token: ":v", near: ":v"'],
    ['a-b', 'token: "-", near: "a-b"'],
    ['"a"', 'token: """, near: ""a"'],
    ['a$', 'token: "$", near: "a$"'],
  ];
  for (const [text, shown] of cases) {
    test(text, () =>
      expect(refusal(() => parsed(text))).toBe(`Invalid ProjectionExpression: Syntax error; ${shown}`),
    );
  }
});

describe('a path too deep, too far along a list or through a reserved word is noted', () => {
  const deep = (levels: number) => Array.from({ length: levels }, () => 'a').join('.');
  const cases: [string, string | undefined][] = [
    [deep(32), undefined],
    [deep(33), 'The document path has too many nesting levels; nesting levels: 33'],
    [`a${'[0]'.repeat(31)}`, undefined],
    [`a${'[0]'.repeat(32)}`, 'The document path has too many nesting levels; nesting levels: 33'],
    ['a[2147483648]', 'List index is not within the allowable range; index: [2147483648]'],
    ['a[1000000000000]', 'List index is not within the allowable range; index: [1000000000000]'],
    ['a.name', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['a.AND', 'Attribute name is a reserved keyword; reserved keyword: AND'],
    ['#name', undefined],
  ];
  for (const [text, fault] of cases) test(text.slice(0, 40), () => expect(parsed(text).fault).toBe(fault));
});

test('messages show names as they are and indexes in brackets', () => {
  expect(pathText(['a', 'b.c', 0, 'd'])).toBe('[a, b.c, [0], d]');
});

test('a name that looks like an index is not that index', () => {
  expect(samePath(['a', 0], ['a', 0])).toBe(true);
  expect(samePath(['a', 0], ['a', '0'])).toBe(false);
  expect(samePath(['a'], ['a', 'b'])).toBe(false);
});

describe('a path is followed through an item', () => {
  const value = item({ a: M({ b: L(N(1), M({ c: S('x') })), __proto__: S('own') }), s: S('text') });
  const withProto = new Map([...value, ['m', { M: new Map([['__proto__', S('own')]]) }]]);
  const cases: [Path, unknown][] = [
    [['s'], S('text')],
    [['a', 'b', 0], N(1)],
    [['a', 'b', 1, 'c'], S('x')],
    [['m', '__proto__'], S('own')],
    [['a', 'b', 2], undefined],
    [['a', 'b', 'c'], undefined],
    [['a', 0], undefined],
    [['s', 'length'], undefined],
    [['s', 0], undefined],
    [['a', 'toString'], undefined],
    [['none', 'x'], undefined],
  ];
  for (const [path, expected] of cases)
    test(pathText(path), () => expect(valueAt(withProto, path)).toEqual(expected));
  test('of which an absent one has none', () => expect(valueAt(undefined, ['a'])).toBeUndefined());
});
