import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { type RecallBounds, recalledUses } from '../../src/audit/recalled-use.ts';
import { entryOf, keyArn } from './support.ts';

async function recalled(entries: readonly AuditEntry[], bounds: RecallBounds) {
  let read = 0;
  async function* newestFirst() {
    for (const [index, entry] of entries.entries()) {
      read++;
      yield { ...entry, number: entries.length - index };
    }
  }
  const found: unknown[] = [];
  for await (const use of recalledUses(newestFirst(), bounds)) found.push(use);
  return { found, read };
}

test('uses are recalled newest first, as far back as they may not have been kept', async () => {
  const entries = [9_000, 8_000, 7_000, 6_000].map((atMs) => entryOf(1, atMs));
  const use = (atMs: number) => ({ keyArn, operation: 'Decrypt', atMs });
  expect(await recalled(entries, { keptUntilMs: 0, keptWithinMs: 60_000 })).toEqual({
    found: [9_000, 8_000, 7_000, 6_000].map(use),
    read: 4,
  });
  expect(await recalled(entries, { keptUntilMs: 7_000, keptWithinMs: 60_000 })).toEqual({
    found: [9_000, 8_000].map(use),
    read: 3,
  });
  expect(await recalled(entries, { keptUntilMs: 0, keptWithinMs: 1_000 })).toEqual({
    found: [9_000, 8_000].map(use),
    read: 3,
  });
});

test('what was refused, what is no use, and what was told to another account is none', async () => {
  const bounds = { keptUntilMs: 0, keptWithinMs: 60_000 };
  const entries: readonly AuditEntry[] = [
    entryOf(1, 5, { errorCode: 'AccessDenied' }),
    entryOf(1, 5, { eventName: 'DescribeKey' }),
    entryOf(1, 5, { eventName: 'CreateTable', eventSource: 'dynamodb.amazonaws.com' }),
    { ...entryOf(1, 5), isCopy: true },
    entryOf(1, 5, { resources: [] }),
  ];
  expect((await recalled(entries, bounds)).found).toEqual([]);
  const other = `${keyArn.slice(0, -1)}1`;
  const key = (ARN: string) => ({ accountId: '1', type: 'AWS::KMS::Key' as const, ARN });
  const both = entryOf(1, 5, { eventName: 'ReEncrypt', resources: [key(keyArn), key(other)] });
  expect((await recalled([both], bounds)).found).toEqual(
    [keyArn, other].map((arn) => ({ keyArn: arn, operation: 'ReEncrypt', atMs: 5 })),
  );
});
