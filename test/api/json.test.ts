import { describe, expect, test } from 'vitest';
import { encodeBody, parseJsonBody } from '../../src/api/json.ts';
import { noOutput } from '../../src/api/operation.ts';
import { AssertionFault } from '../../src/base/errors.ts';
import { refusalOf } from '../support/refusal.ts';

const parse = (text: string) => parseJsonBody(Buffer.from(text));
const written = (output: object) => Buffer.from(encodeBody(output)).toString();

describe('a body is read', () => {
  for (const text of [
    '{}',
    ' {"a" : [1, -2.5e3, true, false, null, "x"]} ',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"ä":"€😀","\\u0000":"\\u0000\\n\\"\\\\","1":1,"0":0}',
    '{"a":"\\ud83d\\ude00"}',
  ]) {
    test(`as JSON.parse reads it: ${text}`, () => expect(parse(text)).toEqual(JSON.parse(text)));
  }

  test('from the middle of other bytes', () => {
    const bytes = Buffer.from('xx{"a":1}xx');
    expect(parseJsonBody(bytes.subarray(2, 9))).toEqual({ a: 1 });
  });

  test('R-JS-1: with names of prototypes as names, and nothing else changes by them', () => {
    const body = parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":2}',
    );
    expect(Object.keys(body)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.hasOwn(body, '__proto__')).toBe(true);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(Reflect.get(body, 'polluted')).toBeUndefined();
  });
});

describe('a body is refused without a word', () => {
  const refused: Readonly<Record<string, string | Uint8Array>> = {
    nothing: '',
    'a word': 'hi',
    'a bracket': '{',
    'a comma too many': '{"a":1,}',
    'a comma too few': '{"a":1"b":2}',
    'single quotes': "{'a':1}",
    'text behind': '{}x',
    'two bodies': '{}{}',
    'a comment': '{/* a */}',
    'NaN for a number': '{"a":NaN}',
    'a raw control character': '{"a":"\n"}',
    'a list': '[]',
    'a string': '"x"',
    'a number': '1',
    null: 'null',
    true: 'true',
    'a byte order mark': '\ufeff{}',
    'bytes ff fe': Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
    'an overlong form': Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d),
    'half a UTF-8 character': Uint8Array.of(0x7b, 0x22, 0xe2, 0x82, 0x22, 0x3a, 0x31, 0x7d),
    'a surrogate in UTF-8': Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d),
    'UTF-16': Buffer.from('{"a":1}', 'utf16le'),
    'half a character by escape': '{"a":"\\ud800"}',
    'half a character in a name': '{"\\udc00":1}',
    'two members of one name': '{"TableName":"a","TableName":"b"}',
    'two members of one name, deeper': '{"a":[{"b":{"c":1,"c":1}}]}',
    'two members of one name, spelled in two ways': '{"a":1,"\\u0061":2}',
    'two members named __proto__': '{"__proto__":1,"__proto__":2}',
    '129 levels': `{"a":${'['.repeat(128)}${']'.repeat(128)}}`,
  };
  for (const [name, body] of Object.entries(refused)) {
    test(name, async () => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      expect(await refusalOf(() => parseJsonBody(bytes))).toBe('Serialization');
    });
  }
});

describe('an answer is written', () => {
  for (const [output, text] of [
    [{}, '{}'],
    [{ a: undefined, b: 1, c: undefined, d: [undefined].length }, '{"b":1,"d":1}'],
    [{ s: 'a"\\\n\u0000ä😀' }, JSON.stringify({ s: 'a"\\\n\u0000ä😀' })],
    [{ n: 0, m: -1.5, e: 1e21, z: -0 }, '{"n":0,"m":-1.5,"e":1e+21,"z":0}'],
    [{ t: true, f: false, n: null }, '{"t":true,"f":false,"n":null}'],
    [{ b: Uint8Array.of(0, 255), e: new Uint8Array() }, '{"b":"AP8=","e":""}'],
    [{ l: [1, [], [{}], 'x'] }, '{"l":[1,[],[{}],"x"]}'],
    [
      new Map<string, unknown>([
        ['b', new Map([['a', 1]])],
        ['c', undefined],
      ]),
      '{"b":{"a":1}}',
    ],
    [new Map([['__proto__', { constructor: 1 }]]), '{"__proto__":{"constructor":1}}'],
  ] as const) {
    test(`as ${text}`, () => expect(written(output)).toBe(text));
  }

  test('in the order of its members, numbers among the names too where it is a Map', () => {
    expect(
      written(
        new Map([
          ['b', 1],
          ['1', 2],
          ['a', 3],
        ]),
      ),
    ).toBe('{"b":1,"1":2,"a":3}');
  });

  test('and read again is the same', () => {
    const output = { a: 'x', list: [{ b: 1 }], c: { d: null } };
    expect(parseJsonBody(encodeBody(output))).toEqual(output);
  });

  test('without a byte where an operation has no output, which one without members is not', () => {
    expect(written(noOutput)).toBe('');
    expect(written({})).toBe('{}');
  });

  for (const [name, value] of [
    ['a number that is none', Number.NaN],
    ['an infinite number', Number.POSITIVE_INFINITY],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a gap in a list', [undefined]],
  ] as const) {
    test(`never with ${name}`, () => expect(() => encodeBody({ value })).toThrow(AssertionFault));
  }
});
