import { expect, test } from 'vitest';
import { describeEndpoints } from '../../../src/api/dynamodb/describe-endpoints.ts';
import { noBackups } from '../../support/no-backups.ts';
import { newConnection, openTables } from '../../support/open-tables.ts';
import { caller, nextTokens } from './support.ts';

for (const [title, host, Address] of [
  ['the address that was called', 'localhost:8000', 'localhost:8000'],
  ['that of the region where none was', undefined, 'dynamodb.us-east-1.amazonaws.com'],
] as const) {
  test(`the endpoint is ${title}`, async () => {
    const { tables } = await openTables();
    expect(
      await describeEndpoints.run(
        { tables, ...noBackups, nextTokens, caller, connection: newConnection(), host },
        {},
      ),
    ).toEqual({
      Endpoints: [{ Address, CachePeriodInMinutes: 1440 }],
    });
  });
}
