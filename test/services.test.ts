import { expect, test } from 'vitest';
import { Closing } from '../src/closing.ts';
import { openServices } from '../src/services.ts';
import { noBackups } from './support/no-backups.ts';
import { openTables } from './support/open-tables.ts';

const audit = { lookUp: async () => ({ entries: [] }) };

test('every API is served, and what their answers are sealed with is wiped at the end', async () => {
  const { tables, kms, clock } = await openTables();
  const closing = new Closing();
  const { services, nextTokens } = openServices(
    { tables, kms, clock, statusDelays: undefined, audit, copies: noBackups },
    closing,
  );
  expect(services.map(({ targetPrefix }) => targetPrefix)).toEqual([
    'DynamoDB_20120810',
    'DynamoDBStreams_20120810',
    'TrentService',
    'CloudTrail_20131101',
  ]);
  const scope = { tableArn: 'arn', statement: 'SELECT * FROM t', parameters: [] };
  const key = new Map([['id', { S: 'a' }]]);
  const token = nextTokens.seal(key, scope);
  expect(nextTokens.open(token, scope)).toEqual(key);

  const again = openServices(
    { tables, kms, clock, statusDelays: undefined, audit, copies: noBackups },
    new Closing(),
  );
  expect(again.nextTokens.open(token, scope)).toEqual(key);
  await closing.close();
  expect(() => nextTokens.open(token, scope)).toThrow();
});
