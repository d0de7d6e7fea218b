import { describe, expect, test } from 'vitest';
import { MemberReader } from '../../../src/server/peers/member-reader.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';

const placeOf = (read: () => unknown): string => {
  try {
    read();
  } catch (fault) {
    if (fault instanceof WireFault) return fault.place;
    throw fault;
  }
  return 'read';
};

const values: readonly unknown[] = [
  undefined,
  null,
  true,
  1,
  -1,
  0.5,
  2 ** 53,
  'b',
  'YQ==',
  [],
  {},
  ['a'],
  { a: 1 },
];

describe('a member reader takes', () => {
  const cases: readonly (readonly [string, (reader: MemberReader) => unknown, readonly unknown[]])[] = [
    ['texts of a form and a length', (reader) => reader.text('x', { max: 1, form: /^[a-z]+$/ }), ['b']],
    ['one of some words', (reader) => reader.oneOf('x', ['a', 'b']), ['b']],
    ['counts', (reader) => reader.count('x'), [1]],
    ['moments', (reader) => reader.moment('x'), [1, 0.5, 2 ** 53 - 1]],
    ['switches', (reader) => reader.flag('x'), [true]],
    ['bytes', (reader) => [...reader.bytes('x', 1)], ['YQ==']],
    ['objects', (reader) => reader.object('x').has('a'), [{}, { a: 1 }]],
    ['objects as they are', (reader) => reader.whole('x'), [{}, { a: 1 }]],
    ['lists of objects', (reader) => reader.objects('x', 1, () => 1), [[]]],
  ];
  for (const [title, read, good] of cases) {
    test(`${title}, and nothing else`, () => {
      for (const value of values) {
        const isGood = good.some((one) => JSON.stringify(one) === JSON.stringify(value));
        const place = placeOf(() => read(new MemberReader({ x: value })));
        expect(place === 'read', JSON.stringify(value)).toBe(isGood);
        // An element of a list has a place of its own.
        if (!isGood) expect(place).toMatch(/^x(\.0)?$/);
      }
    });
  }

  test('base64 only as it is written', () => {
    for (const text of ['YQ', 'YQ==\n', 'YR==', '!!!!', 'YWE=']) {
      expect(
        placeOf(() => new MemberReader({ x: text }).bytes('x', 1)),
        text,
      ).toBe('x');
    }
  });

  test('no more elements of a list than it may have, each read to its end', () => {
    const list = [{ a: 1 }, { a: 2 }];
    const read = (reader: MemberReader) => reader.count('a');
    expect(new MemberReader({ x: list }).objects('x', 2, read)).toEqual([1, 2]);
    expect(placeOf(() => new MemberReader({ x: list }).objects('x', 1, read))).toBe('x');
    const more = [{ a: 1 }, { a: 2, b: 3 }];
    expect(placeOf(() => new MemberReader({ x: more }).objects('x', 2, read))).toBe(
      'x.1.a member of an unknown name',
    );
  });

  test('only members that are its own', () => {
    expect(new MemberReader({}).has('toString')).toBe(false);
    expect(placeOf(() => new MemberReader({}).whole('__proto__'))).toBe('__proto__');
  });
});

test('what nobody asked for is refused at the end, and its name not repeated', () => {
  const reader = new MemberReader({ a: 1, secret: 2 }, 'page');
  expect([reader.has('a'), reader.has('b')]).toEqual([true, false]);
  expect(placeOf(() => reader.end())).toBe('page.a member of an unknown name');
});

test('no object has no members', () => {
  for (const value of [undefined, null, [], 'a', 1]) {
    expect(placeOf(() => new MemberReader(value, 'here'))).toBe('here');
  }
});
