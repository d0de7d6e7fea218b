import {
  BatchWriteItemCommand,
  DeleteTableCommand,
  paginateListTables,
  paginateQuery,
  paginateScan,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import {
  paginateQuery as paginateDocumentQuery,
  paginateScan as paginateDocumentScan,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clients, newTable, refusal, Site, ways } from '../way.ts';
import { newSingleTable } from './single-table.ts';

const TableName = 'pages';
const count = 23;

async function fill({ tables }: Clients): Promise<void> {
  const item = (number: number) => ({
    pk: { S: 'all' },
    sk: { S: String(number).padStart(3, '0') },
    gsi1pk: { S: number % 2 === 0 ? 'even' : 'odd' },
    gsi1sk: { S: 'same' },
  });
  const requests = Array.from({ length: count }, (_, number) => ({ PutRequest: { Item: item(number) } }));
  await tables.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
}

for (const way of ways) {
  describe(`paginators and waiters ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
      await newSingleTable(clients.tables, TableName);
      await fill(clients);
    });
    afterAll(() => site.end());

    /** Sizes of the pages, and what their items are sorted by. */
    async function walk<Page>(pages: AsyncIterable<Page>, keysOf: (page: Page) => readonly unknown[]) {
      const all: (readonly unknown[])[] = [];
      for await (const page of pages) all.push(keysOf(page));
      return { sizes: all.map(({ length }) => length), keys: all.flat() };
    }
    const numbers = (...wanted: readonly number[]) => wanted.map((each) => String(each).padStart(3, '0'));
    const everyNumber = numbers(...Array.from({ length: count }, (_, number) => number));

    test('a query is walked page by page, each item once and in order', async () => {
      // Made anew for each walk: paginators write where they are into it.
      const query = () => ({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'all' } },
      });
      const { sizes, keys } = await walk(
        paginateQuery({ client: clients.tables, pageSize: 10 }, query()),
        ({ Items = [] }) => Items.map(({ sk }) => sk?.S),
      );
      expect([sizes, keys]).toEqual([[10, 10, 3], everyNumber]);
      const backwards = await walk(
        paginateQuery({ client: clients.tables, pageSize: 10 }, { ...query(), ScanIndexForward: false }),
        ({ Items = [] }) => Items.map(({ sk }) => sk?.S),
      );
      expect(backwards.keys).toEqual(everyNumber.toReversed());
    });

    test('a query on an index is walked, though all its sort keys are the same', async () => {
      const odd = {
        TableName,
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :odd AND gsi1sk = :same',
        ExpressionAttributeValues: { ':odd': 'odd', ':same': 'same' },
      };
      const { sizes, keys } = await walk(
        paginateDocumentQuery({ client: clients.documents, pageSize: 4 }, odd),
        ({ Items = [] }) => Items.map(({ sk }) => sk),
      );
      expect(sizes.slice(0, 2)).toEqual([4, 4]);
      expect(keys.toSorted()).toEqual(numbers(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21));
    });

    test('a scan is walked whole, and as the segments that it is cut into', async () => {
      const whole = await walk(
        paginateScan({ client: clients.tables, pageSize: 7 }, { TableName }),
        ({ Items = [] }) => Items.map(({ sk }) => sk?.S),
      );
      expect(whole.keys.toSorted()).toEqual(everyNumber);
      const segments = await Promise.all(
        [0, 1, 2].map((Segment) =>
          walk(
            paginateDocumentScan(
              { client: clients.documents, pageSize: 5 },
              { TableName, IndexName: 'gsi1', Segment, TotalSegments: 3 },
            ),
            ({ Items = [] }) => Items.map(({ sk }) => sk),
          ),
        ),
      );
      expect(segments.flatMap(({ keys }) => keys).toSorted()).toEqual(everyNumber);
    });

    test('a filter that nothing passes is walked to its end in pages without items', async () => {
      const nothing = {
        TableName,
        FilterExpression: 'sk > :last',
        ExpressionAttributeValues: { ':last': '999' },
      };
      const { sizes } = await walk(
        paginateDocumentScan({ client: clients.documents, pageSize: 10 }, nothing),
        ({ Items = [] }) => Items,
      );
      expect(sizes).toEqual([0, 0, 0]);
    });

    test('the names of tables are walked in order', async () => {
      for (const name of ['aaa', 'bbb', 'ccc', 'ddd']) await newTable(clients, name);
      const { sizes, keys } = await walk(
        paginateListTables({ client: clients.tables, pageSize: 2 }, {}),
        ({ TableNames = [] }) => TableNames,
      );
      expect([sizes, keys]).toEqual([
        [2, 2, 1],
        ['aaa', 'bbb', 'ccc', 'ddd', TableName],
      ]);
    });

    test('waiters see a table come and go, and give up on one that does neither', async () => {
      const waiter = { client: clients.tables, maxWaitTime: 25 };
      await newTable(clients, 'passing');
      expect((await waitUntilTableExists(waiter, { TableName: 'passing' })).state).toBe('SUCCESS');
      await clients.tables.send(new DeleteTableCommand({ TableName: 'passing' }));
      expect((await waitUntilTableNotExists(waiter, { TableName: 'passing' })).state).toBe('SUCCESS');
      const abortController = new AbortController();
      abortController.abort();
      const hopeless = waitUntilTableNotExists({ ...waiter, abortController }, { TableName });
      expect(await refusal(hopeless)).toMatch(/^AbortError: /);
    });
  });
}
