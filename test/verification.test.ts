import { expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../src/base/errors.ts';
import type { VerifyOptions, VerifyReport } from '../src/pages/verify.ts';
import { verifyTables } from '../src/verification.ts';
import { nullCipher } from './support/null-cipher.ts';

function summary(name: string, tree: number) {
  const place = { account: '123456789012', region: 'us-east-1' };
  return { id: `id-${name}`, name, ...place, arn: '', status: 'ACTIVE' as const, keyArn: '', trees: [tree] };
}

const tables = [summary('one', 2), summary('two', 3), summary('three', 5)];
const refusal = new Refusal('TableKeyRefused', { message: 'its key is disabled', denied: false });

/** Three tables; some keys fail to open, and the engine reports what it is told. */
function parts(keyFaults: Record<string, unknown>, found: Partial<VerifyReport> = {}) {
  const open: string[] = [];
  const asked: VerifyOptions[] = [];
  return {
    open,
    asked,
    tables: { summaries: () => tables, deletedSummaries: () => [] },
    engine: {
      async verify(options: VerifyOptions): Promise<VerifyReport> {
        asked.push(options);
        expect(open).toEqual(tables.filter(({ id }) => !(id in keyFaults)).map(({ id }) => id));
        return { pages: 7, bytes: 70, faults: [], refused: [], ...found };
      },
    },
    keys: {
      cipher: () => nullCipher(),
      async withService<T>({ id }: { id: string }, work: () => Promise<T>): Promise<T> {
        if (id in keyFaults) throw keyFaults[id];
        open.push(id);
        try {
          return await work();
        } finally {
          open.pop();
        }
      },
    },
  };
}

test('every tree is opened while all keys are, and the keys are let go afterwards', async () => {
  const given = parts({});
  expect(await verifyTables(given)).toEqual({ pages: 7, bytes: 70, tables: 3, faults: [], skipped: [] });
  expect(given.asked[0]?.trees.map(({ id }) => id)).toEqual([1, 2, 3, 5]);
  expect(given.asked[0]?.unwalked).toEqual([0]);
  expect(given.open).toEqual([]);
});

test('a table whose key is refused is skipped, and its trees are not taken for unknown ones', async () => {
  const given = parts({ 'id-two': refusal });
  const report = await verifyTables(given);
  expect(report).toMatchObject({ tables: 3, skipped: [{ table: 'two', reason: 'its key is disabled' }] });
  expect(given.asked[0]?.trees.map(({ id }) => id)).toEqual([1, 2, 5]);
  expect(given.asked[0]?.unwalked).toEqual([0, 3]);
});

test('a table whose key is taken away on the way is skipped too', async () => {
  const report = await verifyTables(parts({}, { refused: [{ tree: 5, refusal }] }));
  expect(report.skipped).toEqual([{ table: 'three', reason: 'its key is disabled' }]);
});

test('keys that are not what was written are a fault of their table', async () => {
  const report = await verifyTables(parts({ 'id-one': new IntegrityFault() }));
  expect(report).toMatchObject({
    skipped: [],
    faults: [{ table: 'one', tree: 2, problem: 'its keys do not open' }],
  });
});

test('a fault names the table whose tree it is in, where there is one', async () => {
  const faults = [
    { tree: 3, page: 17, problem: 'does not open' },
    { tree: 1, problem: 'its head is missing' },
    { tree: 99, problem: 'is known to no one' },
  ];
  expect((await verifyTables(parts({}, { faults }))).faults).toEqual([
    { table: 'two', tree: 3, page: 17, problem: 'does not open' },
    { tree: 1, problem: 'its head is missing' },
    { tree: 99, problem: 'is known to no one' },
  ]);
});

for (const code of ['KeyServiceUnavailable', 'KeyServiceSlow', 'KeyServiceCredentials'] as const) {
  test(`a table whose key service is away (${code}) is skipped, and the others are not`, async () => {
    const outage = new Outage(code);
    expect(await verifyTables(parts({ 'id-two': outage }))).toMatchObject({
      tables: 3,
      faults: [],
      skipped: [{ table: 'two', reason: outage.message, outage: code }],
    });
  });
}

test('any other outage is no finding: it ends the verification', async () => {
  const outage = new Outage('StoreUnavailable');
  await expect(verifyTables(parts({ 'id-two': outage }))).rejects.toBe(outage);
});

test('progress is passed on', async () => {
  const given = parts({});
  const progress = () => {};
  await verifyTables(given, progress);
  expect(given.asked[0]?.progress).toBe(progress);
});
