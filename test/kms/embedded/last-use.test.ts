import { expect, test } from 'vitest';
import { Outage } from '../../../src/base/errors.ts';
import { type Log, silentLog } from '../../../src/base/log.ts';
import { keptEveryMs } from '../../../src/kms/embedded/last-use.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { openKms, region, tableService, user } from '../../support/embedded-kms.ts';

/** No table stands behind these data keys, so that the service has no grant for them. */
const alone = { byCallerAlone: true };

/** Counts commits, and refuses them while it is told to. */
class CountingStorage extends MemoryRecordStorage {
  commits = 0;
  isFailing = false;

  override async commit(change: Parameters<MemoryRecordStorage['commit']>[0]): Promise<void> {
    if (this.isFailing) throw new Outage('StoreUnavailable');
    this.commits++;
    await super.commit(change);
  }
}

async function used(log?: Log) {
  const storage = new CountingStorage();
  const site = await openKms({ storage, ...(log === undefined ? {} : { log }) });
  const { arn } = await site.kms.keys.create(user, {});
  return { ...site, storage, arn };
}

test('the last use of each key is told with its time, and none of a key that was not used', async () => {
  const { kms, clock, arn } = await used();
  const sinceMs = clock.nowMs();
  kms.lastUses.note(arn, 'Encrypt');
  clock.advance(5);
  kms.lastUses.note(arn, 'Decrypt');
  expect(kms.lastUses.of(arn)).toEqual({ operation: 'Decrypt', atMs: sinceMs + 5 });
  expect(kms.lastUses.of('arn:b')).toBeUndefined();
  expect(kms.lastUses.sinceMs).toBe(sinceMs);
});

test('however many uses of however many keys are kept by one change a minute, and by none where there are none', async () => {
  const { kms, clock, arn, storage } = await used();
  const { arn: other } = await kms.keys.create(user, {});
  const before = storage.commits;
  const usedMs = clock.nowMs();
  for (let n = 0; n < 1000; n++) kms.lastUses.note(n % 2 === 0 ? arn : other, 'Encrypt');
  await clock.advanceAndSettle(keptEveryMs - 1);
  expect(storage.commits).toBe(before);
  await clock.advanceAndSettle(1);
  expect(storage.commits).toBe(before + 1);
  await clock.advanceAndSettle(86_400_000);
  expect(storage.commits).toBe(before + 1);
  for (const each of [arn, other]) {
    expect(kms.lastUses.of(each)).toMatchObject({ operation: 'Encrypt', atMs: usedMs });
  }
});

test('what was used before an orderly end is known after it, and since when that is noted', async () => {
  const { kms, clock, arn, reopen } = await used();
  const openedMs = clock.nowMs();
  clock.advance(5_000);
  kms.lastUses.note(arn, 'Sign');
  const again = await reopen();
  clock.advance(1_000);
  expect(again.lastUses.of(arn)).toMatchObject({ operation: 'Sign', atMs: openedMs + 5_000 });
  expect(again.lastUses.sinceMs).toBe(openedMs);
  expect(again.lastUses.keptUntilMs).toBe(openedMs + 5_000);
});

test('a process that dies loses uses of the last minute at most, and tells the ones before them', async () => {
  const { kms, clock, arn, storage } = await used();
  kms.lastUses.note(arn, 'Encrypt');
  await clock.advanceAndSettle(keptEveryMs);
  kms.lastUses.note(arn, 'Decrypt');
  // Nothing is closed.
  const { kms: next } = await openKms({ storage, clock });
  expect(next.lastUses.of(arn)).toMatchObject({ operation: 'Encrypt' });
  const atMs = clock.nowMs();
  next.lastUses.recall({ keyArn: arn, operation: 'Decrypt', atMs });
  expect(next.lastUses.of(arn)).toEqual({ operation: 'Decrypt', atMs });
  // Neither what is older nor what is the same use, nor a key that there is not.
  next.lastUses.recall({ keyArn: arn, operation: 'Sign', atMs: atMs - keptEveryMs });
  next.lastUses.recall({ keyArn: arn, operation: 'Sign', atMs: atMs + 3 });
  next.lastUses.recall({ keyArn: `${arn}0`, operation: 'Sign', atMs });
  expect(next.lastUses.of(arn)).toEqual({ operation: 'Decrypt', atMs });
  expect(next.lastUses.of(`${arn}0`)).toBeUndefined();
});

test('the use of a key goes with the key; those of the service’s own keys are kept nowhere', async () => {
  const { kms, clock, arn, storage } = await used();
  const owned = await kms.ownedKey(region);
  const before = storage.commits;
  kms.lastUses.note(owned, 'GenerateDataKey');
  await clock.advanceAndSettle(keptEveryMs);
  expect(storage.commits).toBe(before);
  kms.lastUses.note(arn, 'Encrypt');
  await clock.advanceAndSettle(keptEveryMs);
  const records = (await storage.load()).length;
  await kms.keys.scheduleDeletion(user, arn, 7);
  await clock.advanceAndSettle(7 * 86_400_000);
  expect(kms.lastUses.of(arn)).toBeUndefined();
  // The key and its use are gone, and its name is left.
  expect(await storage.load()).toHaveLength(records - 1);
});

test('what cannot be kept is tried again, and keeps nothing from closing', async () => {
  const said: string[] = [];
  const { kms, clock, arn, storage, reopen } = await used({
    ...silentLog,
    warn: (_, sentence) => void said.push(sentence),
  });
  storage.isFailing = true;
  kms.lastUses.note(arn, 'Encrypt');
  await clock.advanceAndSettle(keptEveryMs);
  expect(said).toEqual(['What keys were last used for could not be kept; it is tried again.']);
  storage.isFailing = false;
  await clock.advanceAndSettle(keptEveryMs);
  kms.lastUses.note(arn, 'Decrypt');
  storage.isFailing = true;
  const again = await reopen();
  expect(said).toHaveLength(2);
  expect(again.lastUses.of(arn)).toMatchObject({ operation: 'Encrypt' });
});

test('a table that makes and opens its key uses it too', async () => {
  const { kms } = await openKms();
  const { keyId, arn } = await kms.keys.create(user, {});
  const { ciphertext } = await kms.generateDataKey(tableService, keyId, new Map());
  expect(kms.lastUses.of(arn)?.operation).toBe('GenerateDataKey');
  await kms.decryptDataKey(tableService, ciphertext, new Map(), alone);
  expect(kms.lastUses.of(arn)?.operation).toBe('Decrypt');
});
