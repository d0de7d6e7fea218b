import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  ExecuteTransactionCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand as BatchDocuments,
  ExecuteStatementCommand as DocumentStatement,
  ExecuteTransactionCommand as DocumentTransaction,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newTable, refusal, Site, ways } from './way.ts';

for (const way of ways) {
  describe(`PartiQL, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      await newTable(clients, 'weather');
      for (let year = 2001; year <= 2005; year++) {
        await clients.documents.send(
          new PutCommand({ TableName: 'weather', Item: { city: 'Bern', year, snow: year % 2 } }),
        );
      }
    });
    afterAll(() => site.end());
    const run = (Statement: string, ...Parameters: unknown[]) =>
      clients.documents.send(
        new DocumentStatement({ Statement, ...(Parameters.length > 0 && { Parameters }) }),
      );

    test('a statement puts, changes, finds and takes away what documents hold', async () => {
      await run(`INSERT INTO weather VALUE {'city': ?, 'year': ?, 'tags': ?}`, 'Genf', 1, new Set(['a']));
      await run(
        `UPDATE weather SET tags = set_add(tags, ?) SET wind = {'speed': 5} WHERE city = ? AND "year" = ?`,
        new Set(['b']),
        'Genf',
        1,
      );
      const found = await run(`SELECT tags, wind.speed FROM weather WHERE city = 'Genf' AND year = 1`);
      expect(found.Items).toEqual([{ tags: new Set(['a', 'b']), speed: 5 }]);
      const gone = await run(`DELETE FROM weather WHERE city = 'Genf' AND year = 1 RETURNING ALL OLD *`);
      expect(gone.Items).toMatchObject([{ city: 'Genf', year: 1 }]);
      expect((await run(`SELECT * FROM weather WHERE city = 'Genf'`)).Items).toEqual([]);
    });

    test('pages go on by their token', async () => {
      const years: unknown[] = [];
      let NextToken: string | undefined;
      do {
        const page = await clients.tables.send(
          new ExecuteStatementCommand({
            Statement: `SELECT year FROM weather WHERE city = 'Bern' AND snow = 1`,
            Limit: 2,
            NextToken,
          }),
        );
        years.push(...(page.Items ?? []).map(({ year }) => year?.N));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      expect(years).toEqual(['2001', '2003', '2005']);
    });

    test('faults have the names of AWS', async () => {
      const duplicate = run(`INSERT INTO weather VALUE {'city': 'Bern', 'year': 2001}`);
      expect(await refusal(duplicate)).toBe('DuplicateItemException: Duplicate primary key exists in table');
      expect(await refusal(run(`SELECT * FROM gone`))).toBe(
        'ResourceNotFoundException: Requested resource not found',
      );
      expect(await refusal(run(`SELECT`))).toMatch(/^ValidationException: Statement wasn't well formed/);
    });

    test('a batch answers each statement', async () => {
      const { Responses } = await clients.documents.send(
        new BatchDocuments({
          Statements: [
            { Statement: `SELECT * FROM weather WHERE city = 'Bern' AND year = ?`, Parameters: [2002] },
            { Statement: `SELECT * FROM weather WHERE city = 'Bern'` },
          ],
        }),
      );
      expect(Responses).toMatchObject([
        { TableName: 'weather', Item: { city: 'Bern', year: 2002, snow: 0 } },
        { TableName: 'weather', Error: { Code: 'ValidationError' } },
      ]);
      const empty = clients.tables.send(new BatchExecuteStatementCommand({ Statements: [] }));
      expect(await refusal(empty)).toMatch(/^ValidationException: .*greater than or equal to 1/);
    });

    test('a transaction is made once or not at all, and tells why', async () => {
      const input = {
        TransactStatements: [
          { Statement: `UPDATE weather SET snow = snow + 10 WHERE city = 'Bern' AND year = 2001` },
          { Statement: `EXISTS(SELECT * FROM weather WHERE city = 'Bern' AND year = 2002 AND snow = 0)` },
        ],
        ClientRequestToken: 'the-only-one',
      };
      expect((await clients.tables.send(new ExecuteTransactionCommand(input))).Responses).toEqual([]);
      await clients.tables.send(new ExecuteTransactionCommand(input));
      const [TransactStatement] = [
        { Statement: `SELECT snow FROM weather WHERE city = 'Bern' AND year = 2001` },
      ];
      const read = await clients.documents.send(
        new DocumentTransaction({ TransactStatements: [TransactStatement] }),
      );
      expect(read.Responses).toEqual([{ Item: { snow: 11 } }]);
      const again = clients.tables.send(
        new ExecuteTransactionCommand({
          TransactStatements: [
            { Statement: `DELETE FROM weather WHERE city = 'Bern' AND year = 2001` },
            { Statement: `INSERT INTO weather VALUE {'city': 'Bern', 'year': 2002}` },
          ],
        }),
      );
      const fault = await again.catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(TransactionCanceledException);
      if (!(fault instanceof TransactionCanceledException)) return;
      expect(fault.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'DuplicateItem']);
      expect(fault.message).toBe(
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, DuplicateItem]',
      );
    });
  });
}
