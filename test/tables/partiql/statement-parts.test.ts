import { describe, expect, test } from 'vitest';
import { StatementCursor } from '../../../src/tables/partiql/statement-cursor.ts';
import { StatementParts } from '../../../src/tables/partiql/statement-parts.ts';
import { refusal } from '../support.ts';
import { malformed } from './support.ts';

const partsOf = (text: string) => new StatementParts(new StatementCursor(text));

describe('a path', () => {
  const cases: [string, (string | number)[]][] = [
    ['a', ['a']],
    ['a . b [ 0 ] [12].c', ['a', 'b', 0, 12, 'c']],
    ['"a.b"."c""d"', ['a.b', 'c"d']],
    ['size', ['size']],
    [`a${'.a'.repeat(31)}`, Array(32).fill('a')],
    ['a[2147483647]', ['a', 2147483647]],
  ];
  for (const [text, path] of cases) {
    test(`is read: ${text.slice(0, 30)}`, () => {
      expect(partsOf(text).path()).toEqual(path);
    });
  }

  const faults: [string, string][] = [
    ['a.', malformed('Unexpected end of statement')],
    ['a.1', malformed('Unexpected token')],
    ["a.'b'", malformed('Unexpected token')],
    ['a[b]', malformed('Unexpected token')],
    ['a[?]', malformed('Unexpected token')],
    ['a[01]', malformed('Unexpected token')],
    ['a.null', malformed('Unexpected keyword')],
    [`a${'.a'.repeat(32)}`, 'The document path has too many nesting levels; nesting levels: 33'],
    ['a[2147483648]', 'List index is not within the allowable range; index: [2147483648]'],
  ];
  for (const [text, sentence] of faults) {
    test(`is refused: ${text.slice(0, 30)}`, () => {
      expect(refusal(() => partsOf(text).path())).toBe(sentence);
    });
  }

  test('has a placeholder for each name that looks like one, the same for the same', () => {
    const parts = partsOf('"#a"."#b"."#a".a');
    expect(parts.path()).toEqual(['#0', '#1', '#0', 'a']);
    expect(parts.names).toEqual(['#a', '#b']);
  });
});

test('literals are numbered as they come', () => {
  const parts = partsOf('? 1');
  const refs = [parts.literals.literal(), parts.literals.literal()].map(
    (literal) => parts.value(literal).ref,
  );
  expect(refs).toEqual([':0', ':1']);
  expect(parts.values).toEqual([
    { kind: 'parameter', index: 0 },
    { kind: 'scalar', value: { N: '1' } },
  ]);
});
