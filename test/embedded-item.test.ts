import { describe, expect, test } from 'vitest';
import { embeddedItem, type ItemInput } from '../src/embedded-item.ts';
import { nestingLevelsMax, nestingTooDeep } from '../src/tables/attribute-check.ts';
import { refusal } from './tables/support.ts';

const bytes = Uint8Array.of(1, 2);
const members = {
  text: { S: 'a' },
  number: { N: '1' },
  bytes: { B: bytes },
  yes: { BOOL: true },
  nothing: { NULL: true },
  texts: { SS: ['a', 'b'] },
  numbers: { NS: ['1', '2'] },
  binaries: { BS: [bytes] },
  list: { L: [{ S: 'a' }, { L: [] }] },
  map: { M: new Map([['inner', { S: 'b' }]]) },
} as const;

describe('an item of every type', () => {
  test('is taken as a Map and as a plain object', () => {
    const fromMap = embeddedItem(new Map(Object.entries(members)));
    expect(fromMap).toEqual(new Map(Object.entries(members)));
    expect(embeddedItem(members)).toEqual(fromMap);
    expect(embeddedItem(JSON.parse('{"__proto__":{"S":"a"}}')).get('__proto__')).toEqual({ S: 'a' });
  });

  test('shares no bytes with the caller, be they of a Buffer', () => {
    const given = Buffer.from([1, 2]);
    const taken = embeddedItem({ one: { B: given }, many: { BS: [given] } });
    given.fill(9);
    expect(taken.get('one')?.B).toEqual(bytes);
    expect(taken.get('many')?.BS).toEqual([bytes]);
  });

  test('leaves out what is undefined, and lets empty values and several types through to be refused', () => {
    expect(embeddedItem({ a: { S: 'x', N: undefined } } as never)).toEqual(new Map([['a', { S: 'x' }]]));
    expect(embeddedItem({ a: {} } as never).get('a')).toEqual({});
    expect(embeddedItem({ a: { S: 'x', N: '1' } } as never).get('a')).toEqual({ S: 'x', N: '1' });
  });
});

describe('a TypeError meets', () => {
  const wrong: [string, unknown][] = [
    ['no item', null],
    ['a text in place of an item', 'text'],
    ['a list in place of an item', []],
    ['a bare value', { a: 'x' }],
    ['no value', { a: null }],
    ['a number in place of a text', { a: { S: 1 } }],
    ['a JavaScript number in place of a number', { a: { N: 1 } }],
    ['a text in place of bytes', { a: { B: 'AQI=' } }],
    ['a text in place of a boolean', { a: { BOOL: 'true' } }],
    ['a text in place of a set', { a: { SS: 'x' } }],
    ['a number in a set of texts', { a: { SS: ['x', 1] } }],
    ['a text in a set of bytes', { a: { BS: ['x'] } }],
    ['an object in place of a list', { a: { L: {} } }],
    ['a hole in a list', { a: { L: [undefined] } }],
    ['a type that is none', { a: { X: 'x' } }],
    ['a name that is no text', new Map([[1, { S: 'x' }]])],
  ];
  test.each(wrong)('%s', (_, given) => {
    expect(() => embeddedItem(given as ItemInput)).toThrow(TypeError);
  });
});

test(`${nestingLevelsMax} levels are taken, one more is refused, and so is a list that holds itself`, () => {
  const nested = (levels: number): ItemInput => {
    let value: unknown = { S: 'x' };
    for (let level = 0; level < levels; level++)
      value = level % 2 === 0 ? { L: [value] } : { M: { a: value } };
    return { a: value } as ItemInput;
  };
  expect(embeddedItem(nested(nestingLevelsMax)).size).toBe(1);
  expect(refusal(() => embeddedItem(nested(nestingLevelsMax + 1)))).toBe(nestingTooDeep);
  const self: { L: unknown[] } = { L: [] };
  self.L.push(self);
  expect(refusal(() => embeddedItem({ a: self } as ItemInput))).toBe(nestingTooDeep);
});
