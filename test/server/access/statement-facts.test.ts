import { expect, test } from 'vitest';
import {
  boundStatement,
  compiledStatement,
  statementActions,
} from '../../../src/server/access/statement-facts.ts';
import { books } from '../../support/judged-books.ts';
import { refusalOf } from '../../support/refusal.ts';

const factsOf = (Statement: string, Parameters?: readonly { S?: string; N?: string }[], table = books) => {
  const { leading, paths, ...others } = compiledStatement({ Statement, Parameters }, table);
  return {
    leading: leading.map((value) => ('S' in value ? value.S : 'N' in value ? value.N : '')),
    names: [...new Set(paths.map(([head]) => head))],
    ...others,
  };
};

test.each<[string, readonly string[], boolean | undefined]>([
  [`SELECT * FROM Books`, [], true],
  [`SELECT * FROM Books WHERE title = 'x'`, [], true],
  [`SELECT * FROM Books WHERE "owner" = 'a'`, ['a'], false],
  [`SELECT * FROM Books WHERE "owner" = 'a' AND id = 1`, ['a', 'a'], false],
  [`SELECT * FROM Books WHERE "owner" IN ['a', 'b']`, ['a', 'b'], false],
  [`SELECT * FROM Books WHERE "owner" = 'a' OR "owner" = 'b'`, ['a', 'b'], false],
  [`SELECT * FROM Books WHERE "owner" = 'a' OR title = 'b'`, [], true],
  [`SELECT * FROM Books WHERE "owner" IN ['a'] AND "owner" = 'b' AND id = 1`, ['a', 'b'], false],
  [`SELECT * FROM "Books"."shelves" WHERE shelf = 3`, ['3'], false],
  [`SELECT * FROM "Books"."shelves" WHERE "owner" = 'a'`, [], true],
  [`INSERT INTO Books VALUE {'owner':'a','id':1}`, ['a'], undefined],
  [`UPDATE Books SET n = 1 WHERE "owner" = 'a' AND id = 1`, ['a', 'a'], undefined],
  [`UPDATE Books SET n = 1 WHERE "owner" IN ['a'] AND "owner" = 'b' AND id = 1`, ['a', 'b'], undefined],
  [`DELETE FROM Books WHERE "owner" = 'a' AND id = 1`, ['a', 'a'], undefined],
])('%s looks at the partitions %j', (statement, leading, isFullScan) => {
  expect(factsOf(statement)).toMatchObject({ leading, isFullScan });
});

test('parameters stand for what they are', () => {
  expect(factsOf('SELECT * FROM Books WHERE "owner" = ?', [{ S: 'me' }]).leading).toEqual(['me']);
});

test.each([
  [`SELECT a, b.c FROM Books WHERE d = 1`, ['d', 'a', 'b'], 'SPECIFIC_ATTRIBUTES'],
  [`SELECT * FROM Books`, [], 'ALL_ATTRIBUTES'],
  [`SELECT * FROM Books.shelves`, [], 'ALL_PROJECTED_ATTRIBUTES'],
  [
    `UPDATE Books SET a = b WHERE "owner" = 'x' AND id = 1 AND c = 1`,
    ['owner', 'id', 'c', 'a', 'b'],
    undefined,
  ],
  [`INSERT INTO Books VALUE {'owner':'a','id':1,'n':2}`, ['owner', 'id', 'n'], undefined],
])('%s names the attributes %j', (statement, names, select) => {
  expect(factsOf(statement)).toMatchObject({ names, select });
});

test('without a table a statement names no partition', () => {
  const ask = { Statement: `SELECT * FROM Books WHERE "owner" = 'a'` };
  expect(compiledStatement(ask, undefined)).toMatchObject({ leading: [], isFullScan: true });
});

test('each kind has its action, and a faulty one is refused as it would be', async () => {
  expect(statementActions[boundStatement({ Statement: `DELETE FROM T WHERE a = 1` }).kind]).toBe(
    'PartiQLDelete',
  );
  expect(await refusalOf(() => boundStatement({ Statement: 'SELECT' }))).toMatch(/^Validation/);
});
