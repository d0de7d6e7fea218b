import { describe, expect, test } from 'vitest';
import { TokenCursor, tokensOf } from '../../../src/tables/expression/tokens.ts';
import { refusal } from '../support.ts';

describe('text falls into tokens', () => {
  const cases: [string, string[]][] = [
    ['', []],
    [' \t\r\n', []],
    ['a = :v', ['word a', 'symbol =', 'valueRef :v']],
    ['a=:v', ['word a', 'symbol =', 'valueRef :v']],
    ['#0_a.b [ 12 ]', ['nameRef #0_a', 'symbol .', 'word b', 'symbol [', 'digits 12', 'symbol ]']],
    [
      'a<=b<>c>=d<e>f',
      'word a,symbol <=,word b,symbol <>,word c,symbol >=,word d,symbol <,word e,symbol >,word f'.split(','),
    ],
    ['_123', ['symbol _', 'digits 123']],
    ['1a', ['digits 1', 'word a']],
    ['a_1', ['word a_1']],
    ['# a', ['symbol #', 'word a']],
    [':', ['symbol :']],
    ['a-b', ['word a', 'symbol -', 'word b']],
    ['ä😀"', ['symbol ä', 'symbol 😀', 'symbol "']],
    ['a\u00a0b', ['word a', 'symbol \u00a0', 'word b']],
  ];
  for (const [text, expected] of cases) {
    test(JSON.stringify(text), () => {
      const tokens = tokensOf(text);
      expect(tokens.slice(0, -1).map((token) => `${token.kind} ${token.text}`)).toEqual(expected);
      expect(tokens.at(-1)).toEqual({ kind: 'end', text: '<EOF>', start: text.length });
    });
  }
});

describe('a syntax error shows the token between its neighbours, spaced as written', () => {
  const cases: [string, number, string][] = [
    ['INVALID SYNTAX HERE', 0, 'token: "INVALID", near: "INVALID SYNTAX"'],
    ['!!! INVALID !!!', 0, 'token: "!", near: "!!"'],
    ['SET _123', 1, 'token: "_", near: "SET _123"'],
    ['SET a  =\tb', 2, 'token: "=", near: "a  =\tb"'],
    ['a,', 2, 'token: "<EOF>", near: ","'],
    ['a ,  ', 2, 'token: "<EOF>", near: ","'],
    ['a b', 1, 'token: "b", near: "a b"'],
  ];
  for (const [text, index, shown] of cases) {
    test(JSON.stringify(text), () => {
      const cursor = new TokenCursor('FilterExpression', text);
      for (let i = 0; i < index; i++) cursor.next();
      expect(refusal(() => cursor.syntaxFault())).toBe(`Invalid FilterExpression: Syntax error; ${shown}`);
    });
  }
});

test('an empty expression is refused, and one of blanks ends at once', () => {
  const sentence = 'Invalid UpdateExpression: The expression can not be empty;';
  expect(refusal(() => new TokenCursor('UpdateExpression', ''))).toBe(sentence);
  expect(new TokenCursor('UpdateExpression', '  ').peek().kind).toBe('end');
});

test('an expression of 4,096 bytes passes and one byte more does not', () => {
  const made = (text: string) => () => new TokenCursor('ConditionExpression', text);
  expect(refusal(made('a'.repeat(4096)))).toBe('not refused');
  expect(refusal(made(`ä${'a'.repeat(4095)}`))).toBe(
    'Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4097',
  );
});

test('a cursor stays at the end for ever', () => {
  const cursor = new TokenCursor('FilterExpression', 'a');
  for (let i = 0; i < 5; i++) cursor.next();
  expect(cursor.next().kind).toBe('end');
  expect(cursor.peek(7).kind).toBe('end');
});
