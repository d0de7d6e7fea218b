import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { keptEveryMs } from '../../../src/kms/embedded/last-use.ts';
import { openRecordStorage } from '../../../src/store/record-storage.ts';
import { fixedRootKey, openKms, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { importInto } from '../../support/wrapped-material.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const context = new Map([['a', 'b']]);

async function scheduled(days = 7) {
  const opened = await openKms();
  const { kms } = opened;
  const { keyId, arn } = await kms.keys.create(user, {});
  await kms.aliases.create(user, 'alias/x', keyId);
  const { ciphertext } = await kms.generateDataKey(tableService, arn, context);
  await kms.keys.scheduleDeletion(user, keyId, days);
  const gone = () => kms.summaries().length === 0;
  return { ...opened, keyId, arn, ciphertext, gone };
}

describe('a key whose deletion is scheduled', () => {
  for (const days of [7, 30]) {
    test(`for ${days} days is there a second before, and gone at the time and a second after`, async () => {
      const { clock, gone } = await scheduled(days);
      await clock.advanceAndSettle(days * dayMs - secondMs);
      expect(gone()).toBe(false);
      await clock.advanceAndSettle(secondMs);
      expect(gone()).toBe(true);
      await clock.advanceAndSettle(secondMs);
      expect(gone()).toBe(true);
    });
  }

  test('takes its material, aliases and record with it, and says so', async () => {
    const { kms, clock, storage, keyId, arn, ciphertext } = await scheduled();
    const heard: string[] = [];
    kms.onKeyChange((changed) => heard.push(changed));
    await clock.advanceAndSettle(keptEveryMs);
    const before = (await storage.load()).length;
    await clock.advanceAndSettle(7 * dayMs - keptEveryMs);
    expect(heard).toEqual([arn]);
    // Key, alias and last use went, what remembers the key came.
    expect((await storage.load()).length).toBe(before - 2);
    expect(kms.aliases.list(user).map(({ name }) => name)).toEqual(['alias/aws/dynamodb']);
    expect(await refusalOf(() => kms.describeKey(user, keyId))).toBe(
      `KeyNotFound: Key '${arn}' does not exist`,
    );
    expect(await refusalOf(() => kms.keys.cancelDeletion(user, keyId))).toMatch(/^KeyNotFound/);
    expect(await refusalOf(() => kms.decryptDataKey(tableService, ciphertext, context))).toBe(
      `KeyNotFound: Key '${arn}' does not exist`,
    );
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext, context }))).toMatch(
      /^KeyAccessDenied: The ciphertext refers to a customer master key that does not exist/,
    );
    await kms.aliases.create(user, 'alias/x', (await kms.keys.create(user, {})).keyId);
  });

  test('and cancelled in the last second stays', async () => {
    const { kms, clock, keyId, gone } = await scheduled();
    await clock.advanceAndSettle(7 * dayMs - 1);
    await kms.keys.cancelDeletion(user, keyId);
    await clock.advanceAndSettle(30 * dayMs);
    expect(gone()).toBe(false);
    expect(clock.timers, 'nothing is waited for').toBe(0);
  });

  test('falls due while nobody runs: it is gone when the store is opened', async () => {
    const { clock, reopen, kms } = await scheduled();
    await kms.close();
    clock.advance(7 * dayMs);
    expect((await reopen()).summaries()).toEqual([]);
  });

  test('is waited for again after a restart', async () => {
    const { clock, reopen } = await scheduled();
    await clock.advanceAndSettle(3 * dayMs);
    const later = await reopen();
    await clock.advanceAndSettle(4 * dayMs - secondMs);
    expect(later.summaries()).toHaveLength(1);
    await clock.advanceAndSettle(secondMs);
    expect(later.summaries()).toEqual([]);
  });

  test('goes in its own order among others', async () => {
    const { kms, clock, keyId } = await scheduled(20);
    const soon = await kms.keys.create(user, {});
    await kms.keys.scheduleDeletion(user, soon.keyId, 7);
    await clock.advanceAndSettle(7 * dayMs);
    expect(kms.summaries().map((key) => key.keyId)).toEqual([keyId]);
    await clock.advanceAndSettle(13 * dayMs);
    expect(kms.summaries()).toEqual([]);
  });

  test('is neither revived nor kept by a clock set back (R-LIFE-1)', async () => {
    const { clock, gone } = await scheduled();
    await clock.advanceAndSettle(dayMs);
    clock.jump(-30 * dayMs);
    await clock.advanceAndSettle(6 * dayMs - secondMs);
    expect(gone()).toBe(false);
    await clock.advanceAndSettle(secondMs);
    expect(gone()).toBe(true);
    clock.jump(-30 * dayMs);
    await clock.advanceAndSettle(dayMs);
    expect(gone()).toBe(true);
  });

  test('does not go at once when the clock leaps, but after looks that confirm it (R-LIFE-1)', async () => {
    const { clock, gone } = await scheduled();
    clock.jump(10 * dayMs);
    await clock.advanceAndSettle(hourMs);
    expect(gone()).toBe(false);
    await clock.advanceAndSettle(2 * minuteMs - secondMs);
    expect(gone()).toBe(false);
    await clock.advanceAndSettle(secondMs);
    expect(gone()).toBe(true);
  });

  test('is tried again when the store fails', async () => {
    const { clock, storage, gone } = await scheduled();
    const commit = storage.commit.bind(storage);
    storage.commit = () => Promise.reject(new Error('the disk went away'));
    await clock.advanceAndSettle(7 * dayMs);
    expect(gone()).toBe(false);
    storage.commit = commit;
    await clock.advanceAndSettle(minuteMs);
    expect(gone()).toBe(true);
  });

  test('keeps the store from opening where it cannot be deleted', async () => {
    const { kms, clock, storage } = await scheduled();
    await kms.close();
    clock.advance(7 * dayMs);
    storage.commit = () => Promise.reject(new Error('the disk went away'));
    const { core } = kms;
    const opened = EmbeddedKms.open({ core, storage, clock, rootKey: fixedRootKey() });
    await expect(opened).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
    expect(clock.timers).toBe(0);
  });
});

describe('on a disk', () => {
  async function onDisk() {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-kms-'));
    const storage = openRecordStorage({ folder, file: 'kms.sqlite', create: true });
    const opened = await openKms({ storage });
    onTestFinished(async () => {
      await opened.kms.close();
      rmSync(folder, { recursive: true });
    });
    const bodies = async () => (await storage.load()).map(({ body }) => Buffer.from(body));
    const isOnDisk = (bytes: Buffer) =>
      readdirSync(folder).some((file) => readFileSync(join(folder, file)).includes(bytes));
    return { ...opened, folder, bodies, isOnDisk };
  }

  for (const newKey of [
    {},
    { spec: 'HMAC_512', usage: 'GENERATE_VERIFY_MAC' },
    { spec: 'RSA_4096', usage: 'SIGN_VERIFY' },
  ] as const) {
    test(`a deleted key leaves nothing behind in any file: ${JSON.stringify(newKey)}`, async () => {
      const { kms, clock, bodies, isOnDisk } = await onDisk();
      const other = await kms.keys.create(user, {});
      const { keyId } = await kms.keys.create(user, newKey);
      const written = [await bodies()];
      await kms.keys.updateDescription(user, keyId, 'x'.repeat(3000));
      written.push(await bodies());
      await kms.keys.scheduleDeletion(user, keyId, 7);
      written.push(await bodies());
      await clock.advanceAndSettle(7 * dayMs);
      const kept = await bodies();
      const gone = written.flat().filter((body) => !kept.some((one) => one.equals(body)));
      expect(gone.length).toBeGreaterThanOrEqual(3);
      expect(gone.filter(isOnDisk)).toEqual([]);
      expect(kept.filter((body) => !isOnDisk(body))).toEqual([]);
      expect(kms.keys.list(user).map((key) => key.keyId)).toEqual([other.keyId]);
    });
  }

  test('imported material that is deleted leaves nothing behind either', async () => {
    const { kms, bodies, isOnDisk } = await onDisk();
    const { keyId } = await kms.keys.create(user, { origin: 'EXTERNAL' });
    await importInto(kms, keyId, { material: randomBytes(32) });
    const before = await bodies();
    await kms.imports.delete(user, { keyId });
    const kept = await bodies();
    const gone = before.filter((body) => !kept.some((one) => one.equals(body)));
    expect(gone.length).toBeGreaterThanOrEqual(2);
    expect(gone.filter(isOnDisk)).toEqual([]);
  });
});
