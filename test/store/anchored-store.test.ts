import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { openAnchor } from '../../src/store/anchor.ts';
import { AnchoredStore, type AnchorOptions, anchorIntervalMs } from '../../src/store/anchored-store.ts';
import { createMemoryStore, type MemoryStore } from '../../src/store/memory.ts';
import type { StoreChange } from '../../src/store/page-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const core = createFallbackCore();
const key = { core, key: core.generateKey() };

class MemoryPlace {
  kept: Uint8Array | undefined;
  writes = 0;
  fails = false;

  async read(): Promise<Uint8Array | undefined> {
    return this.kept;
  }

  async write(sealed: Uint8Array): Promise<void> {
    if (this.fails) throw new Error('disk full');
    this.writes++;
    this.kept = sealed;
  }

  get versions(): readonly (readonly [number, number])[] {
    if (this.kept === undefined) return [];
    return [...openAnchor(key, this.kept).heads].map(([tree, { version }]) => [tree, version]);
  }
}

function setting() {
  const place = new MemoryPlace();
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const log = { info() {}, error() {}, warn: (_: object, sentence: string) => void warnings.push(sentence) };
  const openOn = (store: MemoryStore, more: Partial<AnchorOptions> = {}) => {
    const { storeId } = store;
    const fixed = { store, storeId, lastingTrees: [0, 1], place, key, clock, log, acceptRollback: false };
    return AnchoredStore.open({ ...fixed, ...more });
  };
  return { place, clock, warnings, openOn };
}

/** Moves a tree from one version to the next one. */
function step(tree: number, from: number, content = 0): StoreChange {
  const body = new Uint8Array(32).fill(content);
  return { puts: [], deletes: [], heads: [{ tree, expected: from, version: from + 1, body }], drops: [] };
}

/** Copies share the id, as files do. */
async function copyWith(store: MemoryStore, changes: readonly StoreChange[]): Promise<MemoryStore> {
  const copy: MemoryStore = { ...createMemoryStore(), storeId: store.storeId };
  for (const change of changes) await copy.commit(change);
  return copy;
}

const rolledBack = expect.objectContaining({ code: 'StoreRolledBack' });

describe('an anchor', () => {
  test('follows a commit within its interval, however many there were, and an idle store writes none', async () => {
    const { place, clock, openOn } = setting();
    const store = await openOn(createMemoryStore());
    for (let version = 0; version < 100; version++) await store.commit(step(1, version));
    await clock.advanceAndSettle(anchorIntervalMs - 1);
    expect(place.versions).toEqual([]);
    await clock.advanceAndSettle(1);
    expect([place.versions, place.writes]).toEqual([[[1, 100]], 1]);
    await clock.advanceAndSettle(100 * anchorIntervalMs);
    expect([place.writes, clock.timers]).toEqual([1, 0]);
  });

  test('knows the last commit of a store that was closed', async () => {
    const { place, clock, openOn } = setting();
    const store = await openOn(createMemoryStore());
    await store.commit(step(1, 0));
    await store.commit({ ...step(1, 1), drops: [] });
    await store.close();
    expect([place.versions, clock.timers]).toEqual([[[1, 2]], 0]);
  });

  test('no longer knows a tree that was dropped', async () => {
    const { place, openOn } = setting();
    const store = await openOn(createMemoryStore());
    await store.commit(step(1, 0));
    await store.commit(step(2, 0));
    await store.commit({ puts: [], deletes: [], heads: [], drops: [{ tree: 2, expected: 1 }] });
    await store.close();
    expect(place.versions).toEqual([[1, 1]]);
  });

  test('does not know of a commit that a conflict refused', async () => {
    const { place, openOn } = setting();
    const store = await openOn(createMemoryStore());
    await store.commit(step(1, 0));
    await expect(store.commit(step(1, 7))).rejects.toMatchObject({ code: 'StoreConflict' });
    await store.close();
    expect(place.versions).toEqual([[1, 1]]);
  });

  test('that cannot be written is told and tried again, and commits go on meanwhile', async () => {
    const { place, clock, warnings, openOn } = setting();
    const store = await openOn(createMemoryStore());
    place.fails = true;
    await store.commit(step(1, 0));
    await clock.advanceAndSettle(anchorIntervalMs);
    await store.commit(step(1, 1));
    expect(warnings).toHaveLength(1);
    place.fails = false;
    await clock.advanceAndSettle(anchorIntervalMs);
    expect(place.versions).toEqual([[1, 2]]);
  });

  test('of a store that others commit to as well knows their commits too, and does not hide them', async () => {
    const { place, openOn } = setting();
    const memory = createMemoryStore();
    const shared: MemoryStore = { ...memory, commitMark: () => 1 };
    const store = await openOn(shared);
    expect(store.commitMark?.()).toBe(1);
    await memory.commit(step(2, 0));
    await store.commit(step(1, 0));
    await store.close();
    expect(place.versions.toSorted()).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  test('that cannot be written at the end makes closing fail', async () => {
    const { place, openOn } = setting();
    const store = await openOn(createMemoryStore());
    await store.commit(step(1, 0));
    place.fails = true;
    await expect(store.close()).rejects.toBeInstanceOf(Outage);
  });
});

describe('R-INT-4: a store', () => {
  /** Anchored at version 3 of tree 1. */
  async function anchored() {
    const all = setting();
    const memory = createMemoryStore();
    const store = await all.openOn(memory);
    for (let version = 0; version < 3; version++) await store.commit(step(1, version));
    await store.close();
    return { ...all, memory };
  }
  const steps = (count: number, content = 0) =>
    Array.from({ length: count }, (_, version) => step(1, version, content));

  test('that is as it was anchored opens, and is not anchored again', async () => {
    const { memory, place, openOn } = await anchored();
    await openOn(memory);
    expect(place.writes).toBe(1);
  });

  test('that a crash left newer than its anchor opens, and is anchored at once', async () => {
    const { memory, place, openOn } = await anchored();
    await openOn(await copyWith(memory, steps(5)));
    expect(place.versions).toEqual([[1, 5]]);
  });

  test('that is older is refused', async () => {
    const { memory, openOn } = await anchored();
    const older = await copyWith(memory, steps(2));
    await expect(openOn(older)).rejects.toEqual(rolledBack);
    await expect(openOn(older)).rejects.toThrow(/Expected version 3 .* tree 1 .*, found version 2\./);
  });

  test('that went its own way from a copy is refused', async () => {
    const { memory, openOn } = await anchored();
    await expect(openOn(await copyWith(memory, steps(3, 1)))).rejects.toEqual(rolledBack);
  });

  test('that is empty, or another one, is refused', async () => {
    const { memory, openOn } = await anchored();
    await expect(openOn(await copyWith(memory, []))).rejects.toEqual(rolledBack);
    await expect(openOn(createMemoryStore())).rejects.toEqual(rolledBack);
  });

  test('that is older is taken on demand, which is told, written in the anchor, and anchored', async () => {
    const { memory, place, warnings, openOn } = await anchored();
    const older = await copyWith(memory, steps(2));
    await openOn(older, { acceptRollback: true });
    expect(warnings).toEqual([expect.stringContaining('put back')]);
    expect(place.versions).toEqual([[1, 2]]);
    const { accepted } = openAnchor(key, place.kept ?? new Uint8Array());
    expect(accepted).toEqual([
      { atMs: Date.UTC(2026, 0, 1), rollback: expect.stringContaining('found version 2') },
    ]);
    await openOn(older);
  });

  test('whose anchor was changed is refused, and taken on demand', async () => {
    const { memory, place, openOn } = await anchored();
    const changed = place.kept?.slice() ?? new Uint8Array();
    changed[70] = (changed[70] ?? 0) ^ 1;
    place.kept = changed;
    await expect(openOn(memory)).rejects.toMatchObject({
      name: 'IntegrityFault',
      place: { record: 'anchor' },
    });
    await openOn(memory, { acceptRollback: true });
    expect(place.versions).toEqual([[1, 3]]);
  });

  test('without an anchor is taken as it is, which is told', async () => {
    const { memory, place, warnings, openOn } = await anchored();
    place.kept = undefined;
    await openOn(memory);
    expect(warnings).toEqual([expect.stringContaining('no anchor yet')]);
    expect(place.versions).toEqual([[1, 3]]);
  });

  test('whose anchor can be neither read nor written does not open', async () => {
    const { memory, place, openOn } = await anchored();
    const read = () => Promise.reject(new Error('EIO'));
    const unreadable = { read, write: (sealed: Uint8Array) => place.write(sealed) };
    await expect(openOn(memory, { place: unreadable })).rejects.toMatchObject({ code: 'StoreUnavailable' });
    place.fails = true;
    await expect(openOn(await copyWith(memory, steps(4)))).rejects.toMatchObject({
      code: 'StoreUnavailable',
    });
  });
});

test('reads and lists are the store’s own', async () => {
  const { openOn } = setting();
  const memory = createMemoryStore();
  const store = await openOn(memory);
  const body = new Uint8Array(8);
  await store.commit({ ...step(1, 0), puts: [{ tree: 1, id: 4, version: 1, body }] });
  const heads = await store.readHeads([1]);
  expect(heads[0]?.version).toBe(1);
  expect(await store.readPages(1, [4, 5])).toEqual([{ version: 1, body }, undefined]);
  expect(await store.listPages(1, 0, 9)).toEqual([4]);
  expect(await store.listTrees(-1, 9)).toEqual([1]);
});
