import { describe, expect, test } from 'vitest';
import { type CountedCall, countedCall, sumBy, Usage } from '../../src/audit/usage.ts';
import { keyLifeMs } from '../../src/keys/key-cache.ts';
import { account, entryOf, keyArn, region } from './support.ts';

const call = (changes: Partial<CountedCall>): CountedCall => ({
  operation: 'Decrypt',
  keyArn,
  account,
  region,
  atMs: 0,
  table: 'Books',
  connection: 1,
  caller: 'ada',
  ...changes,
});

function countOf(...calls: readonly CountedCall[]): Usage {
  const usage = new Usage();
  for (const one of calls) usage.count(one);
  return usage;
}

const savedOf = (...calls: readonly CountedCall[]) =>
  countOf(...calls)
    .rows()
    .reduce((sum, { saved }) => sum + saved, 0);

test('calls are counted by operation, key, table and connection', () => {
  const usage = countOf(
    call({}),
    call({}),
    call({ connection: 2 }),
    call({ table: undefined, connection: undefined }),
  );
  expect(usage.rows().map(({ table, connection, calls }) => [table, connection, calls])).toEqual([
    ['Books', 1, 2],
    ['Books', 2, 1],
    [undefined, undefined, 1],
  ]);
  expect(sumBy(usage.rows(), ({ table = '-' }) => table)).toEqual([
    { name: 'Books', calls: 3, saved: 2 },
    { name: '-', calls: 1, saved: 0 },
  ]);
});

describe('a call would have been saved by one connection', () => {
  test.each<[string, readonly CountedCall[], number]>([
    ['not the first', [call({})], 0],
    ['within five minutes over another', [call({}), call({ connection: 2, atMs: keyLifeMs - 1 })], 1],
    ['not after five minutes', [call({}), call({ connection: 2, atMs: keyLifeMs })], 0],
    [
      'counted from the call that would still be made',
      [0, 200, 400, 599].map((s, connection) => call({ connection, atMs: s * 1000 })),
      2,
    ],
    ['not of another caller', [call({}), call({ connection: 2, caller: 'bob' })], 0],
    ['not of another table', [call({}), call({ connection: 2, table: 'Films' })], 0],
    ['not of another region', [call({}), call({ connection: 2, region: 'eu-west-1' })], 0],
    ['not of another operation', [call({}), call({ operation: 'GenerateDataKey' })], 0],
    ['not of the API, which asks for no table', [call({ table: undefined }), call({ table: undefined })], 0],
  ])('%s', (_, calls, saved) => {
    expect(savedOf(...calls)).toBe(saved);
  });
});

test('a record counts for its operation and key; what no caller asked for counts for nothing', () => {
  const entry = { ...entryOf(1, 7), use: { connection: 4, table: 'Books' } };
  expect(countedCall(entry)).toEqual({
    ...{ operation: 'Decrypt', keyArn, account, region, atMs: 7, table: 'Books', connection: 4 },
    caller: undefined,
  });
  expect(countedCall(entryOf(1, 7, { eventSource: 'dynamodb.amazonaws.com' }))).toBeUndefined();
  expect(countedCall(entryOf(1, 7, { eventType: 'AwsServiceEvent' }))).toBeUndefined();
});

test('callers who name ever more regions do not make it grow without end (R-API-1)', () => {
  const usage = new Usage();
  const callsMax = 120_000;
  for (let n = 0; n < callsMax; n++) usage.count(call({ operation: 'GenerateRandom', region: `r-${n}` }));
  const rows = usage.rows();
  expect(rows.length).toBeLessThanOrEqual(100_001);
  expect(rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(callsMax);
});
