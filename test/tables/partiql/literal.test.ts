import { describe, expect, test } from 'vitest';
import type { RawAttributeValue } from '../../../src/tables/attribute-check.ts';
import { LiteralParser, literalValue } from '../../../src/tables/partiql/literal.ts';
import { StatementCursor } from '../../../src/tables/partiql/statement-cursor.ts';
import { refusal, S } from '../support.ts';
import { malformed } from './support.ts';

const parameters = [S('first'), { B: Uint8Array.of(1) }, { B: Uint8Array.of(2) }];
const value = (text: string) =>
  literalValue(new LiteralParser(new StatementCursor(text)).literal(), parameters);

describe('a literal is', () => {
  const cases: [string, RawAttributeValue][] = [
    [`'text'`, { S: 'text' }],
    [`'?'`, { S: '?' }],
    ['1.50', { N: '1.50' }],
    ['- 1e5', { N: '-1e5' }],
    ['True', { BOOL: true }],
    ['false', { BOOL: false }],
    ['NULL', { NULL: true }],
    ['?', S('first')],
    ['[]', { L: [] }],
    [`[1, ['a'], ?]`, { L: [{ N: '1' }, { L: [{ S: 'a' }] }, S('first')] }],
    ['{}', { M: new Map() }],
    [
      `{'a': ?, 'b c': {'': 1}}`,
      {
        M: new Map<string, RawAttributeValue>([
          ['a', S('first')],
          ['b c', { M: new Map([['', { N: '1' }]]) }],
        ]),
      },
    ],
    [`<<'a', ?>>`, { SS: ['a', 'first'] }],
    ['<<1, -2>>', { NS: ['1', '-2'] }],
    ['<<>>', { SS: [] }],
  ];
  for (const [text, expected] of cases) {
    test(text, () => {
      expect(value(text)).toEqual(expected);
    });
  }

  test('a set of binaries, which are to be had from parameters alone', () => {
    const parser = new LiteralParser(new StatementCursor('[?, <<?, ?>>]'));
    expect(literalValue(parser.literal(), parameters)).toEqual({
      L: [S('first'), { BS: [Uint8Array.of(1), Uint8Array.of(2)] }],
    });
    expect(parser.parameterCount).toBe(3);
  });
});

describe('no literal is', () => {
  for (const text of [
    'a',
    '"a"',
    'SELECT',
    '- a',
    `{a: 1}`,
    `{"a": 1}`,
    `{'a' 1}`,
    '[1 2]',
    '[1,]',
    '(1)',
    '--1',
  ]) {
    test(text, () => {
      expect(refusal(() => value(text))).toMatch(malformed('Unexpected'));
    });
  }

  for (const text of [`<<1, 'a'>>`, '<<true>>', '<<[1]>>', '<<null>>']) {
    test(`the set ${text}`, () => {
      expect(refusal(() => value(text))).toBe(
        'One or more parameter values were invalid: A set holds strings, numbers or binaries, of one type',
      );
    });
  }
});
