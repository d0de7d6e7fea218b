import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkedAttribute, checkedItem, type RawAttributeValue } from '../../src/tables/attribute-check.ts';
import { anyItem, refusal } from './support.ts';

const P = 'One or more parameter values were invalid: ';
const bytes = (text: string) => new TextEncoder().encode(text);

/** A list in a list in a list …, `levels` of them. */
function nested(kind: 'L' | 'M', levels: number): RawAttributeValue {
  let value: RawAttributeValue = { S: 'leaf' };
  for (let i = 0; i < levels; i++) value = kind === 'L' ? { L: [value] } : { M: new Map([['a', value]]) };
  return value;
}

describe('every type passes', () => {
  const cases: RawAttributeValue[] = [
    { S: '' },
    { S: '\u0000' },
    { N: '5' },
    { B: bytes('x') },
    { B: bytes('') },
    { BOOL: true },
    { BOOL: false },
    { NULL: true },
    { SS: ['a', ''] },
    { NS: ['1', '2'] },
    { BS: [bytes('a'), bytes('')] },
    { L: [] },
    { M: new Map() },
    nested('L', 32),
    nested('M', 32),
  ];
  for (const raw of cases)
    test(JSON.stringify(raw).slice(0, 40), () => expect(checkedAttribute(raw)).toEqual(raw));

  test('members that are undefined or unknown do not count', () => {
    const raw: object = { S: 'a', N: undefined, X: 1 };
    expect(checkedAttribute(raw)).toEqual({ S: 'a' });
  });
});

describe('a value that is not one storable value is refused', () => {
  const none = 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
  const several =
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes';
  const unknown: object = { X: 1 };
  const cases: [string, RawAttributeValue, string][] = [
    ['nothing', {}, none],
    ['an unknown type', unknown, none],
    ['two types', { S: 'a', N: '1' }, several],
    ['three types', { S: 'a', N: '1', L: [] }, several],
    ['a bad number', { N: 'abc' }, 'The parameter cannot be converted to a numeric value: abc'],
    ['an empty number', { N: '' }, 'The parameter cannot be converted to a numeric value'],
    ['NULL false', { NULL: false }, `${P}Null attribute value types must have the value of true`],
    ['an empty SS', { SS: [] }, `${P}An string set  may not be empty`],
    ['an empty NS', { NS: [] }, `${P}An number set  may not be empty`],
    ['an empty BS', { BS: [] }, `${P}Binary sets should not be empty`],
    ['twins in SS', { SS: ['a', 'a'] }, `${P}Input collection [a, a] contains duplicates.`],
    ['twins in NS by value', { NS: ['1', '1.0'] }, 'Input collection contains duplicates'],
    ['a bad number in NS', { NS: ['1', 'x'] }, 'The parameter cannot be converted to a numeric value: x'],
    [
      'twins in BS',
      { BS: [bytes('b'), bytes('b')] },
      `${P}Input collection [Yg==, Yg==]of type BS contains duplicates.`,
    ],
    ['33 lists', nested('L', 33), 'Nesting Levels have exceeded supported limits'],
    ['33 maps', nested('M', 33), 'Nesting Levels have exceeded supported limits'],
    ['100,000 lists', nested('L', 100_000), 'Nesting Levels have exceeded supported limits'],
    ['a fault inside a list', { L: [{ M: new Map([['a', {}]]) }] }, none],
  ];
  for (const [name, raw, sentence] of cases) {
    test(name, () => expect(refusal(() => checkedAttribute(raw))).toBe(sentence));
  }

  test('an attribute name is neither empty nor above 65,535 bytes', () => {
    const named = (name: string) => () => checkedItem(new Map([[name, { S: 'a' }]]));
    expect(refusal(named(''))).toBe(`${P}An attribute name must not be empty`);
    expect(refusal(named('a'.repeat(65_535)))).toBe('not refused');
    expect(refusal(named('ä'.repeat(32_767)))).toBe('not refused');
    const tooLarge = `${P}Attribute name is too large, must be less than 65536 bytes`;
    expect(refusal(named('a'.repeat(65_536)))).toBe(tooLarge);
    expect(refusal(named('ä'.repeat(32_768)))).toBe(tooLarge);
  });
});

test('numbers become canonical wherever they stand', () => {
  const raw = new Map<string, RawAttributeValue>([
    ['n', { N: '00042' }],
    ['s', { NS: ['1.0', '2e1'] }],
    ['l', { L: [{ N: '-0' }] }],
    ['m', { M: new Map([['n', { N: '3.1400' }]]) }],
  ]);
  expect(checkedItem(raw)).toEqual(
    new Map<string, unknown>([
      ['n', { N: '42' }],
      ['s', { NS: ['1', '20'] }],
      ['l', { L: [{ N: '0' }] }],
      ['m', { M: new Map([['n', { N: '3.14' }]]) }],
    ]),
  );
});

test('R-JS-1: a checked item is its own fixed point, whatever its names', () => {
  fc.assert(
    fc.property(anyItem, (item) => {
      expect(checkedItem(item)).toEqual(item);
    }),
  );
});
