import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statementTokens } from '../../../src/tables/partiql/statement-token.ts';

const shown = (text: string) => statementTokens(text).map(({ kind, text }) => `${kind} ${text}`.trim());

describe('tokens', () => {
  const cases: [string, string[]][] = [
    ['', []],
    [' \t\r\n', []],
    ['a1 _b $c', ['word a1', 'word _b', 'word $c']],
    ['1 1.5 1.5e3 1E-3 1e+3', ['number 1', 'number 1.5', 'number 1.5e3', 'number 1E-3', 'number 1e+3']],
    [
      '1. 1e 1e+ 1.e5',
      [
        'number 1',
        'symbol .',
        'number 1',
        'word e',
        'number 1',
        'word e',
        'symbol +',
        'number 1',
        'symbol .',
        'word e5',
      ],
    ],
    ['-1', ['symbol -', 'number 1']],
    ['--1', ['symbol --', 'number 1']],
    ['<<1>>', ['symbol <<', 'number 1', 'symbol >>']],
    [
      '<= >= <> != < > = !',
      ['symbol <=', 'symbol >=', 'symbol <>', 'symbol !=', 'symbol <', 'symbol >', 'symbol =', 'symbol !'],
    ],
    [`'it''s'''`, [`string it's'`]],
    [`''`, ['string']],
    [`"a""b" "c"."d"`, ['quoted a"b', 'quoted c', 'symbol .', 'quoted d']],
    [`'open`, [`unclosed 'open`]],
    [`"open''`, [`unclosed "open''`]],
    [`'open''`, [`unclosed 'open''`]],
    ['a[0].b', ['word a', 'symbol [', 'number 0', 'symbol ]', 'symbol .', 'word b']],
  ];
  for (const [text, tokens] of cases) {
    test(`of ${JSON.stringify(text)}`, () => {
      expect(shown(text)).toEqual([...tokens, 'end']);
    });
  }

  test('any text between quotes comes back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom("'", '"'), (text, quote) => {
        const [token, end] = statementTokens(quote + text.replaceAll(quote, quote + quote) + quote);
        expect(token).toEqual({ kind: quote === "'" ? 'string' : 'quoted', text });
        expect(end?.kind).toBe('end');
      }),
    );
  });
});
