import { describe, expect, test } from 'vitest';
import { IntegrityFault, Outage } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { MemoryRecordStorage, type StoredRecord } from '../../../src/kms/embedded/record-storage.ts';
import { type OpenRecord, SealedRecords } from '../../../src/kms/embedded/sealed-records.ts';
import { fixedRootKey } from '../../support/embedded-kms.ts';

const core = createFallbackCore();

function record(id: string, text: string, kind: OpenRecord['kind'] = 'key'): OpenRecord {
  return { id, kind, text: JSON.stringify(text) };
}

async function open(storage: MemoryRecordStorage, byte = 7) {
  return SealedRecords.open({ core, storage, rootKey: fixedRootKey(byte), create: true });
}

/** A store of these very records. */
async function storageOf(stored: readonly StoredRecord[]): Promise<MemoryRecordStorage> {
  const storage = new MemoryRecordStorage();
  await storage.commit({ puts: stored, deletes: [] });
  return storage;
}

/** A store after two commits, and what lay in it after the first. */
async function twoCommits() {
  const storage = new MemoryRecordStorage();
  const { records } = await open(storage);
  await records.commit({ puts: [record('a', 'first'), record('b', 'stays')], deletes: [] });
  const older = await storage.load();
  await records.commit({ puts: [record('a', 'second'), record('c', 'new', 'alias')], deletes: [] });
  return { storage, older, newer: await storage.load() };
}

const texts = (contents: readonly OpenRecord[]) =>
  contents.map(({ id, kind, text }) => `${kind} ${id} ${JSON.parse(text)}`).sort();

describe('records come back', () => {
  test('as they were written last', async () => {
    const { storage } = await twoCommits();
    const { records, contents } = await open(storage);
    expect(texts(contents)).toEqual(['alias c new', 'key a second', 'key b stays']);
    expect(records.commits).toBe(2);
  });

  test('and not when they were deleted', async () => {
    const { storage } = await twoCommits();
    const { records } = await open(storage);
    await records.commit({ puts: [], deletes: ['a', 'not there'] });
    expect(texts((await open(storage)).contents)).toEqual(['alias c new', 'key b stays']);
  });

  test('after many changes, of few records and of many, in whatever order of their ids', async () => {
    const storage = new MemoryRecordStorage();
    const { records } = await open(storage);
    const there = new Set<string>();
    let seed = 1;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let commit = 0; commit < 60; commit++) {
      const ids = Array.from({ length: commit % 20 === 0 ? 100 : next(4) }, () => `r-${next(500)}`);
      const deletes = [...there].filter(() => next(10) === 0);
      for (const id of deletes) there.delete(id);
      for (const id of ids) there.add(id);
      await records.commit({ puts: [...new Set(ids)].map((id) => record(id, `${commit}`)), deletes });
      const { contents } = await open(storage);
      expect(contents.map(({ id }) => id).sort()).toEqual([...there].sort());
    }
  });

  test('and a store is made only where nothing is and when asked to', async () => {
    const storage = new MemoryRecordStorage();
    const asked = SealedRecords.open({ core, storage, rootKey: fixedRootKey(), create: false });
    await expect(asked).rejects.toMatchObject({ code: 'StoreMissing' });
    expect(await storage.load()).toEqual([]);
  });

  test('and nothing of their text or kind shows in storage', async () => {
    const storage = new MemoryRecordStorage();
    const { records } = await open(storage);
    await records.commit({ puts: [record('a', 'needle'), record('b', 'n'.repeat(300))], deletes: [] });
    const stored = await storage.load();
    for (const { body } of stored) expect(Buffer.from(body).includes('needle')).toBe(false);
    const [a, b] = ['a', 'b'].map((id) => stored.find((one) => one.id === id)?.body.length);
    expect(a, 'lengths are rounded up').toBe(b);
  });
});

describe('changed storage is refused (R-INT-6)', () => {
  test('for every byte of every record flipped', async () => {
    const { newer } = await twoCommits();
    let flips = 0;
    for (const [index, { id, body }] of newer.entries()) {
      for (let at = 0; at < body.length; at++) {
        const flipped = body.slice();
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
        const storage = await storageOf(newer.with(index, { id, body: flipped }));
        const fault: unknown = await open(storage).catch((caught: unknown) => caught);
        expect(fault, `byte ${at} of ${id}`).toBeInstanceOf(IntegrityFault);
        flips++;
      }
    }
    expect(flips).toBeGreaterThan(1500);
  });

  for (const length of [0, 1, 6, 7, 8, 78, 79]) {
    test(`for each record cut to ${length} bytes`, async () => {
      const { newer } = await twoCommits();
      for (const [index, { id, body }] of newer.entries()) {
        const storage = await storageOf(newer.with(index, { id, body: body.slice(0, length) }));
        await expect(open(storage), id).rejects.toBeInstanceOf(IntegrityFault);
      }
    });
  }

  test('for each record removed', async () => {
    const { newer } = await twoCommits();
    for (const { id } of newer) {
      const storage = await storageOf(newer.filter((one) => one.id !== id));
      await expect(open(storage), id).rejects.toBeInstanceOf(IntegrityFault);
    }
  });

  test('for each record put back to its older version', async () => {
    const { older, newer } = await twoCommits();
    const replayed = older.filter(({ id, body }) => {
      const now = newer.find((one) => one.id === id);
      return now !== undefined && Buffer.compare(now.body, body) !== 0;
    });
    expect(replayed.map(({ id }) => id).sort()).toEqual(['a', 'manifest']);
    for (const old of replayed) {
      const storage = await storageOf(newer.map((one) => (one.id === old.id ? old : one)));
      await expect(open(storage), old.id).rejects.toBeInstanceOf(IntegrityFault);
    }
  });

  test('for a deleted record put back', async () => {
    const { storage, newer } = await twoCommits();
    const { records } = await open(storage);
    await records.commit({ puts: [], deletes: ['b'] });
    const b = newer.filter(({ id }) => id === 'b');
    await storage.commit({ puts: b, deletes: [] });
    await expect(open(storage)).rejects.toBeInstanceOf(IntegrityFault);
  });

  test('for two records exchanged, and one under a second id', async () => {
    const { newer } = await twoCommits();
    const bodyOf = (id: string) => newer.find((one) => one.id === id)?.body ?? new Uint8Array(0);
    const exchanged = newer.map(({ id, body }) => ({
      id,
      body: id === 'a' ? bodyOf('b') : id === 'b' ? bodyOf('a') : body,
    }));
    await expect(open(await storageOf(exchanged))).rejects.toBeInstanceOf(IntegrityFault);
    const doubled = [...newer, { id: 'd', body: bodyOf('a') }];
    await expect(open(await storageOf(doubled))).rejects.toBeInstanceOf(IntegrityFault);
  });

  test('for a record of another store under the same root key', async () => {
    const { newer } = await twoCommits();
    const { newer: other } = await twoCommits();
    const mixed = newer.map((one) => (one.id === 'b' ? (other.find(({ id }) => id === 'b') ?? one) : one));
    await expect(open(await storageOf(mixed))).rejects.toBeInstanceOf(IntegrityFault);
  });
});

test('another root key is told from damage', async () => {
  const { storage } = await twoCommits();
  const fault: unknown = await open(storage, 8).catch((caught: unknown) => caught);
  expect(fault).toBeInstanceOf(Outage);
  expect(fault).toMatchObject({ code: 'RootKeyWrong' });
});

describe('a commit that fails', () => {
  for (const landed of [false, true]) {
    test(`is looked for in the store, and was ${landed ? 'done' : 'not done'}`, async () => {
      const storage = new MemoryRecordStorage();
      const { records } = await open(storage);
      await records.commit({ puts: [record('a', 'first')], deletes: [] });
      const commit = storage.commit.bind(storage);
      storage.commit = async (change) => {
        if (landed) await commit(change);
        throw new Error('the disk went away');
      };
      await expect(records.commit({ puts: [record('b', 'second')], deletes: [] })).rejects.toThrow(
        'the disk',
      );
      expect(records.uncertain).toBe(true);
      storage.commit = commit;
      const contents = await records.reload();
      expect(texts(contents)).toEqual(landed ? ['key a first', 'key b second'] : ['key a first']);
      await records.commit({ puts: [record('c', 'third')], deletes: [] });
      expect(texts((await open(storage)).contents)).toContain('key c third');
    });
  }

  test('is not taken for an older store put in its place', async () => {
    const { storage, older } = await twoCommits();
    const { records } = await open(storage);
    const commit = storage.commit.bind(storage);
    storage.commit = () => Promise.reject(new Error('the disk went away'));
    await records.commit({ puts: [record('d', 'x')], deletes: [] }).catch(() => {});
    await commit({ puts: older, deletes: ['c'] });
    await expect(records.reload()).rejects.toBeInstanceOf(IntegrityFault);
  });
});
