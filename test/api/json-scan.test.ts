import { describe, expect, test } from 'vitest';
import {
  commasMax,
  jsonDepthMax,
  namesMax,
  objectNamesMax,
  scannedMemberCount,
} from '../../src/api/json-scan.ts';

const count = (text: string) => scannedMemberCount(Buffer.from(text));
const backslash = String.fromCharCode(92);

describe('a scan counts the members', () => {
  for (const [text, members] of [
    ['{}', 0],
    ['[]', 0],
    ['', 0],
    ['{"a":1}', 1],
    ['{"a":{"b":[{"c":1},{"d":2,"e":3}]}}', 5],
    ['{"a":1,"a":2}', 2],
    ['{"a:{[":":}],{"}', 1],
    [`{"a${backslash}":b":1}`, 1],
    [`{"a${backslash}${backslash}":1}`, 1],
    [' { "a" : 1 , "b" : [ ] } ', 2],
  ] as const) {
    test(`of ${text || 'nothing'}: ${members}`, () => expect(count(text)).toBe(members));
  }
});

describe('a scan refuses', () => {
  for (const [name, text] of [
    ['a bracket too many', '{}}'],
    ['a bracket too few', '{"a":[1'],
    ['a closing bracket first', ']['],
    ['a string without its end', '{"a'],
    ['a string that ends in an escape', `{"a${backslash}`],
    ['a string whose last quote is escaped', `{"a${backslash}"`],
  ] as const) {
    test(name, () => expect(count(text)).toBeUndefined());
  }
});

describe('a scan looks at escapes of half characters', () => {
  const u = (...units: string[]) => `{"a":"${units.map((unit) => `${backslash}u${unit}`).join('')}"}`;
  for (const [text, members] of [
    [u('0041'), 1],
    [u('0000'), 1],
    [u('d7ff'), 1],
    [u('e000'), 1],
    [u('d83d', 'de00'), 1],
    [u('D83D', 'DE00'), 1],
    [u('d800', 'dc00', 'dbff', 'dfff'), 1],
    [u('d800'), undefined],
    [u('DBFF'), undefined],
    [u('dc00'), undefined],
    [u('dfff'), undefined],
    [u('d800', 'd800'), undefined],
    [u('d800', '0041'), undefined],
    [u('de00', 'd83d'), undefined],
    [u('d83d', 'de00', 'de00'), undefined],
    [`{"a":"${backslash}ud83d-${backslash}ude00"}`, undefined],
    [`{"a":"${backslash}ud83dude00"}`, undefined],
    [`{"a":"${backslash}${backslash}ud800"}`, 1],
    // No digits: the parser's to refuse.
    [`{"a":"${backslash}uzzzz"}`, 1],
    [`{"a":"${backslash}ud8"}`, 1],
  ] as const) {
    test(`${text} is ${members === undefined ? 'refused' : 'let through'}`, () => {
      expect(count(text)).toBe(members);
    });
  }
});

describe('R-SIG-3: a scan has limits', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const object = (names: number, prefix = 'name') =>
    `{${Array.from({ length: names }, (_, n) => `"${prefix}${n}":0`).join(',')}}`;
  const list = (commas: number) => `[${'0,'.repeat(commas)}0]`;

  test(`of ${jsonDepthMax} levels`, () => {
    expect(count(nested(jsonDepthMax))).toBe(0);
    expect(count(nested(jsonDepthMax + 1))).toBeUndefined();
    expect(count(`[${nested(jsonDepthMax - 1).repeat(3)}]`)).toBe(0);
  });

  test(`of ${objectNamesMax} names of one object`, () => {
    expect(count(object(objectNamesMax))).toBe(objectNamesMax);
    expect(count(object(objectNamesMax + 1))).toBeUndefined();
    expect(count(`[${object(objectNamesMax)},${object(objectNamesMax, 'other')}]`)).toBe(2 * objectNamesMax);
  });

  test(`of ${namesMax} names in all`, () => {
    const many = (names: number) => {
      const objects = [object(90_000, 'one'), object(90_000, 'two'), object(names - 180_000, 'three')];
      return `[${objects.join(',')}]`;
    };
    expect(count(many(namesMax))).toBe(namesMax);
    expect(count(many(namesMax + 1))).toBeUndefined();
  });

  test('of names that are not those of types, which every value has', () => {
    const values = Array.from({ length: namesMax + 10 }, (_, n) => (n % 2 ? '{"S":"a"}' : '{"NULL":true}'));
    expect(count(`[${values.join(',')}]`)).toBe(namesMax + 10);
    const others = Array.from({ length: namesMax + 10 }, () => '{"NULS":"a"}');
    expect(count(`[${others.join(',')}]`)).toBeUndefined();
  });

  test(`of ${commasMax} commas`, () => {
    expect(count(list(commasMax))).toBe(0);
    expect(count(list(commasMax + 1))).toBeUndefined();
  });

  for (const [name, text] of [
    ['16 MB of brackets', '['.repeat(16 * 2 ** 20)],
    ['2.6 million objects in each other', '{"a":'.repeat(2_600_000)],
    ['1.3 million names', object(1_300_000)],
    ['8 million elements', list(8_000_000)],
    ['15 MB of blanks', `${' '.repeat(15 * 2 ** 20)}[`],
  ] as const) {
    test(`and refuses ${name} in a fraction of what a parser takes`, () => {
      const bytes = Buffer.from(text);
      const startedMs = performance.now();
      expect(scannedMemberCount(bytes)).toBeUndefined();
      expect(performance.now() - startedMs).toBeLessThan(1000);
    });
  }
});
