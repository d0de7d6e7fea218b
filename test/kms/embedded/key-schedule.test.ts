import { expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { KeyRing } from '../../../src/kms/embedded/key-ring.ts';
import { KeySchedule } from '../../../src/kms/embedded/key-schedule.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { SealedRecords } from '../../../src/kms/embedded/sealed-records.ts';
import { fixedRootKey, openKms, user } from '../../support/embedded-kms.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** A ring of one key, which a schedule describes anew a minute after it was made, and never again. */
async function scheduled() {
  const clock = new VirtualClock();
  const { kms } = await openKms({ clock });
  const made = await kms.keys.create(user, { description: 'old' });
  const storage = new MemoryRecordStorage();
  const core = createFallbackCore();
  const { records } = await SealedRecords.open({ core, storage, rootKey: fixedRootKey(), create: true });
  const logged: string[] = [];
  const log = {
    error: (_: object, sentence: string) => void logged.push(sentence),
    warn: () => {},
    info: () => {},
  };
  const ring = new KeyRing(records, [], log);
  await ring.change(() => ({ keys: [made], result: undefined }));
  const done: string[] = [];
  const schedule = new KeySchedule({
    clock,
    ring,
    log,
    dueMs: ({ description, createdMs }) => (description === 'old' ? createdMs + 60_000 : undefined),
    change: (keys) => ({ keys: keys.map((key) => ({ ...key, description: 'new' })) }),
    done: ({ description }) => void done.push(description),
    failure: 'It failed.',
  });
  return { clock, storage, ring, schedule, done, logged, shown: () => [...ring.keys()][0]?.description };
}

test('what is due is done at its time, once, and then nothing is waited for', async () => {
  const { clock, schedule, done, shown } = await scheduled();
  await schedule.start();
  await clock.advanceAndSettle(59_999);
  expect([shown(), done]).toEqual(['old', []]);
  await clock.advanceAndSettle(1);
  expect([shown(), done, clock.timers]).toEqual(['new', ['old'], 0]);
});

test('what the storage refuses is logged and tried again a minute later', async () => {
  const { clock, storage, schedule, logged, shown } = await scheduled();
  await schedule.start();
  const commit = storage.commit.bind(storage);
  storage.commit = () => Promise.reject(new Error('the disk went away'));
  await clock.advanceAndSettle(60_000);
  expect([shown(), logged]).toEqual(['old', ['It failed.']]);
  storage.commit = commit;
  await clock.advanceAndSettle(60_000);
  expect(shown()).toBe('new');
});

test('a closed schedule does nothing any more', async () => {
  const { clock, schedule, shown } = await scheduled();
  await schedule.start();
  schedule.close();
  await clock.advanceAndSettle(120_000);
  expect(shown()).toBe('old');
});
