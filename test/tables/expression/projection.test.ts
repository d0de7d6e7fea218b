import { describe, expect, test } from 'vitest';
import type { Item } from '../../../src/tables/attribute.ts';
import { parseProjection } from '../../../src/tables/expression/projection.ts';
import { TokenCursor } from '../../../src/tables/expression/tokens.ts';
import { item, L, M, N, S } from '../support.ts';
import { compile, fault } from './support.ts';

const whole = item({
  pk: S('p'),
  a: M({ b: S('x'), c: L(N(0), N(1), N(2)), d: M({ e: N(5) }) }),
  l: L(S('0'), M({ x: N(1), y: N(2) }), L(N(7))),
});

const project = (text: string, names?: Record<string, string>): Item | undefined =>
  compile('ProjectionExpression', text, {}, names).projection?.project(whole);

describe('only the asked branches remain', () => {
  const cases: [string, Item][] = [
    ['pk', item({ pk: S('p') })],
    ['gone', item({})],
    ['pk, gone', item({ pk: S('p') })],
    ['a.b', item({ a: M({ b: S('x') }) })],
    ['a.b, a.d.e', item({ a: M({ b: S('x'), d: M({ e: N(5) }) }) })],
    ['a.c[2], a.c[0]', item({ a: M({ c: L(N(0), N(2)) }) })],
    ['a.c[9]', item({})],
    ['a.gone', item({})],
    ['a.b.c', item({})],
    ['a[0]', item({})],
    ['l.x', item({})],
    ['l[1].y', item({ l: L(M({ y: N(2) })) })],
    ['l[2][0], l[0]', item({ l: L(S('0'), L(N(7))) })],
    ['l[1].gone, l[0]', item({ l: L(S('0')) })],
    ['pk.x', item({})],
    ['a', item({ a: whole.get('a') ?? S('') })],
  ];
  for (const [text, expected] of cases) test(text, () => expect(project(text)).toEqual(expected));

  test('by placeholders, of which each is one step', () => {
    expect(project('#a.#b', { a: 'a', b: 'b' })).toEqual(item({ a: M({ b: S('x') }) }));
    expect(project('#ab', { ab: 'a.b' })).toEqual(item({}));
  });
  test('R-JS-1: of names that objects inherit', () => {
    const odd = new Map([
      ['__proto__', S('own')],
      ['x', M({ constructor: N(1) })],
    ]);
    const { projection } = compile(
      'ProjectionExpression',
      '#p, x.#c, x.toString',
      {},
      { p: '__proto__', c: 'constructor' },
    );
    expect(projection?.project(odd)).toEqual(
      new Map([
        ['__proto__', S('own')],
        ['x', M({ constructor: N(1) })],
      ]),
    );
    expect(projection?.project(new Map())).toEqual(new Map());
  });
});

describe('parsing takes work in proportion to the text', () => {
  const shapes: [string, (n: number) => string][] = [
    ['names', (n) => Array.from({ length: n }, (_, index) => `a${index}`).join(',')],
    ['elements', (n) => Array.from({ length: n }, (_, index) => `a[${index}]`).join(',')],
    ['a deep path', (n) => `a${'.b'.repeat(n)}`],
    ['commas', (n) => `a${','.repeat(n)}`],
  ];
  const work = (text: string): number => {
    const cursor = new TokenCursor('ProjectionExpression', text);
    try {
      parseProjection(cursor);
    } catch {
      // A refusal's work counts as well.
    }
    return cursor.steps;
  };
  for (const [name, make] of shapes) {
    test(name, () => {
      for (const n of [25, 50, 100, 200]) expect(work(make(2 * n)) / work(make(n))).toBeLessThanOrEqual(2.5);
    });
  }
});

describe('a projection is refused', () => {
  const overlap = (kind: string, one: string, two: string) =>
    `Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`;
  const cases: [string, string][] = [
    ['', 'The expression can not be empty;'],
    ['a,', 'Syntax error; token: "<EOF>", near: ","'],
    [',a', 'Syntax error; token: ",", near: ",a"'],
    ['a b', 'Syntax error; token: "b", near: "a b"'],
    ['a, size(b)', 'Syntax error; token: "(", near: "size(b"'],
    [':v', 'Syntax error; token: ":v", near: ":v"'],
    ['a, name', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['name, #n', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['a, a', overlap('overlap', '[a]', '[a]')],
    ['a.b, a', overlap('overlap', '[a, b]', '[a]')],
    ['a.b, a[0]', overlap('conflict', '[a, b]', '[a, [0]]')],
    ['#n, a, a', 'An expression attribute name used in the document path is not defined; attribute name: #n'],
  ];
  for (const [text, sentence] of cases) {
    test(JSON.stringify(text), () => expect(fault('ProjectionExpression', text)).toBe(sentence));
  }
  test('for one attribute by two names', () => {
    expect(fault('ProjectionExpression', 'a, #x', {}, { x: 'a' })).toBe(overlap('overlap', '[a]', '[a]'));
  });
});
