import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import type { KeyRecord } from '../../../src/kms/embedded/key.ts';
import { KeyRing } from '../../../src/kms/embedded/key-ring.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { SealedRecords } from '../../../src/kms/embedded/sealed-records.ts';
import { account, fixedRootKey, region } from '../../support/embedded-kms.ts';

const core = createFallbackCore();

async function ring() {
  const storage = new MemoryRecordStorage();
  const options = { core, storage, rootKey: fixedRootKey(), create: true };
  const open = async () => {
    const { records, contents } = await SealedRecords.open(options);
    return new KeyRing(records, contents, silentLog);
  };
  return { storage, open, ring: await open() };
}

function key(keyId: string, change: Partial<KeyRecord> = {}): KeyRecord {
  return {
    keyId,
    arn: `arn:${keyId}`,
    account,
    region,
    owner: 'CUSTOMER',
    state: 'Enabled',
    origin: 'AWS_KMS',
    description: '',
    createdMs: 1,
    policy: '',
    tags: [],
    materials: [],
    ...change,
  };
}
const alias = (name: string, targetKeyId: string) => ({
  name,
  account,
  region,
  targetKeyId,
  createdMs: 1,
  updatedMs: 1,
});

describe('changes', () => {
  test('run one after another, and each sees what the one before left', async () => {
    const { ring: keys } = await ring();
    const counts = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        keys.change(() => ({ keys: [key(`k${i}`)], result: [...keys.keys()].length })),
      ),
    );
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('do not show before they are durable', async () => {
    const { ring: keys, storage } = await ring();
    const commit = storage.commit.bind(storage);
    let seen: unknown = 'not asked';
    storage.commit = async (change) => {
      await commit(change);
      seen = keys.key('a', 'r');
    };
    await keys.change(() => ({ keys: [key('a')], result: undefined }));
    expect(seen).toBeUndefined();
    expect(keys.key('a', 'r')).toBeDefined();
  });

  test('that are refused store nothing and hold up nobody', async () => {
    const { ring: keys, storage } = await ring();
    const before = await storage.load();
    const refused = keys.change(() => {
      throw new Refusal('Validation', { message: 'no' });
    });
    const next = keys.change(() => ({ result: 'went on' }));
    await expect(refused).rejects.toThrow('no');
    expect(await next).toBe('went on');
    expect(await storage.load()).toEqual(before);
  });

  test('of one key keep its place in the store', async () => {
    const { ring: keys, storage, open } = await ring();
    await keys.change(() => ({ keys: [key('a')], result: undefined }));
    const ids = (await storage.load()).map(({ id }) => id).sort();
    await keys.change(() => ({ keys: [key('a', { description: 'x' })], result: undefined }));
    expect((await storage.load()).map(({ id }) => id).sort()).toEqual(ids);
    const reopened = await open();
    await reopened.change(() => ({ keys: [key('a', { description: 'y' })], result: undefined }));
    expect((await storage.load()).map(({ id }) => id).sort()).toEqual(ids);
    expect((await open()).key('a', 'r')?.description).toBe('y');
  });
});

test('a deleted key takes its aliases along and is remembered', async () => {
  const { ring: keys, open } = await ring();
  const [a, b] = [key('a'), key('b')];
  const aliases = [alias('alias/1', 'a'), alias('alias/2', 'a'), alias('alias/3', 'b')];
  await keys.change(() => ({ keys: [a, b], aliases, result: undefined }));
  await keys.change(() => ({ deletedKeys: [{ key: a, deletedMs: 5 }], result: undefined }));
  for (const one of [keys, await open()]) {
    expect([...one.keys()]).toEqual([b]);
    expect([...one.aliases()]).toEqual([alias('alias/3', 'b')]);
    expect(one.deletedKey('a', 'r')).toEqual({ keyId: 'a', arn: 'arn:a', deletedMs: 5 });
  }
});

test('the same listener twice hears twice, and each is taken off alone', async () => {
  const { ring: keys } = await ring();
  await keys.change(() => ({ keys: [key('a')], result: undefined }));
  let calls = 0;
  const listener = () => calls++;
  const stop = keys.onKeyChange(listener);
  keys.onKeyChange(listener);
  await keys.change(() => ({ keys: [key('a', { state: 'Disabled' })], result: undefined }));
  expect(calls).toBe(2);
  stop();
  stop();
  await keys.change(() => ({ keys: [key('a')], result: undefined }));
  expect(calls).toBe(3);
});

test('a ring that is closed takes no change', async () => {
  const { ring: keys } = await ring();
  await keys.close();
  await expect(keys.change(() => ({ result: 1 }))).rejects.toMatchObject({ code: 'Closed' });
});
