import { expect, test } from 'vitest';
import { parsedStatement } from '../../../src/tables/partiql/parsed-statement.ts';
import { refusal } from '../support.ts';

test('a statement is parsed once', () => {
  const first = parsedStatement('SELECT * FROM t');
  expect(parsedStatement('SELECT * FROM t')).toBe(first);
  expect(parsedStatement('SELECT * FROM t ')).not.toBe(first);
});

test('what is no statement is refused each time', () => {
  for (let i = 0; i < 2; i++) expect(refusal(() => parsedStatement('SELECT'))).toMatch(/well formed/);
});
