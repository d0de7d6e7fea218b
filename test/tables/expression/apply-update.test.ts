import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributeValue, Item } from '../../../src/tables/attribute.ts';
import { noUpdate, type Update } from '../../../src/tables/expression/apply-update.ts';
import { anyItem, item, L, M, N, refusal, S } from '../support.ts';
import { compile, type Shorts } from './support.ts';

const SS = (...members: string[]): AttributeValue => ({ SS: members });
const key = item({ pk: S('k') });

function update(text: string, values?: Shorts): Update {
  return compile('UpdateExpression', text, values).update ?? noUpdate;
}

function applied(old: Record<string, AttributeValue>, text: string, values?: Shorts): Item | undefined {
  return update(text, values).apply(item({ pk: S('k'), ...old }), key);
}

const badPath = 'The document path provided in the update expression is invalid for update';
const badOperand = 'An operand in the update expression has an incorrect data type';
const missing = 'The provided expression refers to an attribute that does not exist in the item';
const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range';

const numbers = (...values: number[]) => L(...values.map(N));
const aList = { L: [{ S: 'x' }] };

test('an update tells the types that it gives to whole attributes, as far as no item decides them', () => {
  const text =
    'SET a = :v, b = c, d = if_not_exists(d, :s), m.k = :v, e = list_append(e, f) REMOVE g ADD h :t';
  const types = update(text, { v: 1, s: 's', t: SS('x') }).knownTypes();
  expect([...types]).toEqual([
    ['a', 'N'],
    ['d', 'S'],
    ['e', 'L'],
    ['h', 'SS'],
  ]);
  expect(noUpdate.knownTypes().size).toBe(0);
});

describe('an update makes the next item', () => {
  const cases: [Record<string, AttributeValue>, string, Shorts, Record<string, AttributeValue>][] = [
    [{}, 'SET a = :v', { v: 1 }, { a: N(1) }],
    [{ a: S('x') }, 'SET a = :v', { v: 1 }, { a: N(1) }],
    [{ a: N(1), b: N(2) }, 'SET a = b, b = a', {}, { a: N(2), b: N(1) }],
    [{ a: N(1) }, 'SET a = a + :v, b = a - :v', { v: 5 }, { a: N(6), b: N(-4) }],
    [{ a: N('0.1') }, 'SET a = a + :v', { v: { N: '0.2' } }, { a: N('0.3') }],
    [{ m: M({}) }, 'SET m.k = :v', { v: 1 }, { m: M({ k: N(1) }) }],
    [{ m: M({ k: M({ x: N(1) }) }) }, 'SET m.k.y = m.k.x', {}, { m: M({ k: M({ x: N(1), y: N(1) }) }) }],
    [{ l: numbers(1, 2) }, 'SET l[1] = :v', { v: 9 }, { l: numbers(1, 9) }],
    [{ l: numbers(1) }, 'SET l[5] = :v', { v: 9 }, { l: numbers(1, 9) }],
    [
      { l: numbers() },
      'SET l[84] = :d, l[37] = :b, l[17] = :a, l[50] = :c',
      { a: 17, b: 37, c: 50, d: 84 },
      { l: numbers(17, 37, 50, 84) },
    ],
    [{ l: numbers(1) }, 'SET l[1000000000] = :v', { v: 9 }, { l: numbers(1, 9) }],
    [
      { l: numbers(2, 3, 4, 5, 6, 7) },
      'REMOVE l[1] SET l[3] = :v',
      { v: 17 },
      { l: numbers(2, 4, 17, 6, 7) },
    ],
    [
      { l: numbers(2, 3, 4, 5, 6, 7) },
      'SET l[3] = :v REMOVE l[1]',
      { v: 17 },
      { l: numbers(2, 4, 17, 6, 7) },
    ],
    [{ l: numbers(0, 1, 2) }, 'REMOVE l[0], l[2] SET l[9] = :v', { v: 9 }, { l: numbers(1, 9) }],
    [{}, 'SET a = if_not_exists(a, :v)', { v: 1 }, { a: N(1) }],
    [{ a: S('kept') }, 'SET a = if_not_exists(a, :v)', { v: 1 }, { a: S('kept') }],
    [{}, 'SET a = if_not_exists(a, :z) + :v', { z: 0, v: 1 }, { a: N(1) }],
    [{ b: N(3) }, 'SET a = if_not_exists(a, b)', {}, { b: N(3), a: N(3) }],
    [{ b: N(3) }, 'SET b = if_not_exists(b, gone)', {}, { b: N(3) }],
    [{ l: L(S('a')) }, 'SET l = list_append(l, :v)', { v: aList }, { l: L(S('a'), S('x')) }],
    [{ l: L(S('a')) }, 'SET l = list_append(:v, l)', { v: aList }, { l: L(S('x'), S('a')) }],
    [{}, 'SET l = list_append(if_not_exists(l, :e), :v)', { e: { L: [] }, v: aList }, { l: L(S('x')) }],
    [{ a: N(1), b: N(2) }, 'REMOVE a, gone', {}, { b: N(2) }],
    [{ m: M({ k: N(1) }) }, 'REMOVE m.k', {}, { m: M({}) }],
    [{ m: M({ k: N(1) }) }, 'REMOVE m.gone', {}, { m: M({ k: N(1) }) }],
    [{ l: numbers(1) }, 'REMOVE l[0]', {}, { l: L() }],
    [{ l: numbers(1) }, 'REMOVE l[7]', {}, { l: numbers(1) }],
    [{}, 'ADD a :v', { v: 5 }, { a: N(5) }],
    [{ a: N(1) }, 'ADD a :v', { v: -5 }, { a: N(-4) }],
    [{}, 'ADD a :v', { v: { SS: ['x'] } }, { a: SS('x') }],
    [{ a: SS('x') }, 'ADD a :v', { v: { SS: ['x', 'y'] } }, { a: SS('x', 'y') }],
    [{ m: M({}) }, 'ADD m.n :v', { v: 1 }, { m: M({ n: N(1) }) }],
    [{ a: SS('x', 'y') }, 'DELETE a :v', { v: { SS: ['x', 'z'] } }, { a: SS('y') }],
    [{ a: SS('x') }, 'DELETE a :v', { v: { SS: ['x'] } }, {}],
    [{}, 'DELETE a :v', { v: { SS: ['x'] } }, {}],
    [{ l: L(SS('x'), N(1)) }, 'DELETE l[0] :v', { v: { SS: ['x'] } }, { l: L(N(1)) }],
    [{ a: N(1) }, 'SET b = pk', {}, { a: N(1), b: S('k') }],
  ];
  for (const [old, text, values, next] of cases) {
    test(`${text} ${JSON.stringify(values)}`, () => {
      expect(applied(old, text, values)).toEqual(item({ pk: S('k'), ...next }));
    });
  }

  test('R-JS-1: under names that objects inherit', () => {
    const { update: odd } = compile(
      'UpdateExpression',
      'SET #p = :v, m.#p = :v REMOVE #c',
      { v: 1 },
      { p: '__proto__', c: 'constructor' },
    );
    const old: Item = new Map([
      ['constructor', N(0)],
      ['m', { M: new Map() }],
    ]);
    expect(odd?.apply(old, key)).toEqual(
      new Map<string, AttributeValue>([
        ['m', { M: new Map([['__proto__', N(1)]]) }],
        ['__proto__', N(1)],
      ]),
    );
  });
});

describe('what only the item shows to be wrong is refused', () => {
  const cases: [Record<string, AttributeValue>, string, Shorts, string][] = [
    [{}, 'SET m.k = :v', { v: 1 }, badPath],
    [{ m: S('x') }, 'SET m.k = :v', { v: 1 }, badPath],
    [{ m: L() }, 'SET m.k = :v', { v: 1 }, badPath],
    [{ m: M({}) }, 'SET m[0] = :v', { v: 1 }, badPath],
    [{ m: M({}) }, 'SET m.a.b = :v', { v: 1 }, badPath],
    [{}, 'SET l[0] = :v', { v: 1 }, badPath],
    [{ l: L() }, 'SET l[0].a = :v', { v: 1 }, badPath],
    [{}, 'REMOVE x.y', {}, badPath],
    [{ x: S('s') }, 'REMOVE x.y', {}, badPath],
    [{ x: S('s') }, 'REMOVE x[0]', {}, badPath],
    [{}, 'DELETE x.y :v', { v: { SS: ['a'] } }, badPath],
    [{}, 'SET a = b', {}, missing],
    [{}, 'SET a = a + :v', { v: 1 }, missing],
    [{}, 'SET a = list_append(l, :v)', { v: aList }, missing],
    [{}, 'SET a = if_not_exists(a, b)', {}, missing],
    [{ a: S('x') }, 'SET a = a + :v', { v: 1 }, badOperand],
    [{ a: S('x') }, 'SET a = list_append(a, :v)', { v: aList }, badOperand],
    [{ a: L() }, 'SET a = list_append(a, a) + :v', { v: 1 }, badOperand],
    [{ a: S('x') }, 'ADD a :v', { v: 1 }, badOperand],
    [{ a: N(1) }, 'ADD a :v', { v: { SS: ['x'] } }, badOperand],
    [{ a: SS('x') }, 'ADD a :v', { v: { NS: ['1'] } }, badOperand],
    [{ a: SS('x') }, 'DELETE a :v', { v: { NS: ['1'] } }, badOperand],
    [{ a: N(1) }, 'DELETE a :v', { v: { SS: ['x'] } }, badOperand],
    [{ a: N('9.9e125') }, 'SET a = a + a', {}, overflow],
    [{ a: N('9.9e125') }, 'ADD a :v', { v: { N: '9.9e125' } }, overflow],
    [{ a: N(1) }, 'SET a = a + :v', { v: { N: '1e-100' } }, overflow],
    // Of several faults the first right-hand side that fails is told, before any path or ADD.
    [{}, 'SET m.k = gone', {}, missing],
    [{}, 'REMOVE m.k SET a = gone', {}, missing],
    [{ a: S('x') }, 'ADD a :v SET b = gone', { v: 1 }, missing],
    [{ s: S('x') }, 'SET m.k = :v, a = s + :v, b = gone', { v: 1 }, badOperand],
    [{ s: S('x') }, 'SET m.a = gone, m.b = s + :v', { v: 1 }, missing],
  ];
  for (const [old, text, values, sentence] of cases) {
    test(`${text} of ${JSON.stringify(old)}`, () => {
      expect(refusal(() => applied(old, text, values))).toBe(sentence);
    });
  }

  test('an item grown beyond 409,600 bytes', () => {
    const grow = (bytes: number) => () => applied({}, 'SET a = :v', { v: 'x'.repeat(bytes) });
    expect(refusal(grow(409_600 - 4))).toBe('not refused');
    expect(refusal(grow(409_600 - 3))).toBe('Item size to update has exceeded the maximum allowed size');
  });
  test('a list copied into itself until it nests too deep', () => {
    let value = item({ pk: S('k'), l: L(N(1)) });
    const nest = update('SET l[0] = l');
    for (let level = 1; level < 32; level++) value = nest.apply(value, key) ?? value;
    expect(refusal(() => nest.apply(value, key))).toBe('Nesting Levels have exceeded supported limits');
  });
});

describe('an absent item', () => {
  const cases: [string, Shorts, Item | undefined][] = [
    ['SET a = :v', { v: 1 }, item({ pk: S('k'), a: N(1) })],
    ['ADD a :v', { v: 1 }, item({ pk: S('k'), a: N(1) })],
    ['REMOVE a', {}, undefined],
    ['REMOVE a.b, c[0]', {}, undefined],
    ['DELETE a :v', { v: { SS: ['x'] } }, undefined],
    ['SET a = :v REMOVE b.c DELETE d.e :w', { v: 1, w: { SS: ['x'] } }, item({ pk: S('k'), a: N(1) })],
  ];
  for (const [text, values, next] of cases) {
    test(`${text} ${next === undefined ? 'stays absent' : 'comes into being'}`, () => {
      expect(update(text, values).apply(undefined, key)).toEqual(next);
    });
  }
  test('has no parents to write below', () => {
    expect(refusal(() => update('SET m.k = :v', { v: 1 }).apply(undefined, key))).toBe(badPath);
    expect(refusal(() => update('ADD m.k :v', { v: 1 }).apply(undefined, key))).toBe(badPath);
  });
  test('comes into being by an update without expression, which changes no other', () => {
    expect(noUpdate.apply(undefined, key)).toEqual(key);
    const old = item({ pk: S('k'), a: N(1) });
    expect(noUpdate.apply(old, key)).toEqual(old);
    expect(noUpdate.touched(old)).toBeUndefined();
  });
});

describe('UPDATED_OLD and UPDATED_NEW show the target paths', () => {
  const dog = { a: M({ b: S('dog'), c: numbers(1, 2, 3, 4) }) };
  const cases: [
    string,
    Shorts,
    Record<string, AttributeValue> | undefined,
    Record<string, AttributeValue> | undefined,
  ][] = [
    ['SET a.x2 = :v', { v: 8 }, undefined, { a: M({ x2: N(8) }) }],
    ['SET a.b = :v', { v: 'cat' }, { a: M({ b: S('dog') }) }, { a: M({ b: S('cat') }) }],
    ['SET a.b = :v', { v: 'dog' }, { a: M({ b: S('dog') }) }, { a: M({ b: S('dog') }) }],
    ['REMOVE a.c[1], a.c[3]', {}, { a: M({ c: numbers(2, 4) }) }, { a: M({ c: numbers(3) }) }],
    ['SET a.c[100] = :v', { v: 1 }, undefined, undefined],
    ['REMOVE a.c[1]', {}, { a: M({ c: numbers(2) }) }, { a: M({ c: numbers(3) }) }],
    ['REMOVE a', {}, dog, undefined],
    ['SET z = :v ADD n :v', { v: 1 }, undefined, { z: N(1), n: N(1) }],
  ];
  for (const [text, values, old, next] of cases) {
    test(text, () => {
      const before = item({ pk: S('k'), ...dog });
      const change = update(text, values);
      expect(change.touched(before)).toEqual(old && item(old));
      expect(change.touched(change.apply(before, key))).toEqual(next && item(next));
      expect(change.touched(undefined)).toBeUndefined();
    });
  }
});

test('the old item is never changed', () => {
  const changes = [
    update('SET a = :v, b = if_not_exists(b, :v) REMOVE c', { v: 1 }),
    update('REMOVE a, b, c'),
    update('DELETE gone :v', { v: { SS: ['x'] } }),
  ];
  fc.assert(
    fc.property(anyItem, (old) => {
      const copy = structuredClone(old);
      for (const change of changes) change.apply(old, key);
      expect(old).toEqual(copy);
    }),
  );
});
