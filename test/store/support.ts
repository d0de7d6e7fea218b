/** What tests of stores share: folders that go away, stores that close, changes, and what a call ended in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import type { HeadPut, PagePut, StoreChange } from '../../src/store/page-store.ts';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite.ts';

/** Gone when the running test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Closed when the running test ends, however the test ends. */
export function openStore(options: Partial<SqliteStoreOptions> & { folder: string }): SqliteStore {
  const store = openSqliteStore({ create: true, ...options });
  onTestFinished(async () => {
    await outcomeOf(() => store.close());
  });
  return store;
}

export function change(parts: Partial<StoreChange>): StoreChange {
  return { puts: [], deletes: [], heads: [], drops: [], ...parts };
}

/** Bytes that tell where they belong. */
export function body(mark: number, length = 100): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => mark * 31 + index * 7);
}

export function put(tree: number, id: number, version = 1, length = 100): PagePut {
  return { tree, id, version, body: body(tree * 1000 + id + version, length) };
}

export function head(tree: number, expected: number, version = expected + 1): HeadPut {
  return { tree, expected, version, body: body(tree + version, 40) };
}

/** `answered`, the code of an Outage, or `IntegrityFault`. What is none of these is a bug, and thrown on. */
export async function outcomeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (fault) {
    if (fault instanceof Outage) return fault.code;
    if (fault instanceof IntegrityFault) return fault.name;
    throw fault;
  }
  return 'answered';
}

/** Random numbers that a seed repeats (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
