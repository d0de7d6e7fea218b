import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { TableKeys } from '../../src/keys/table-keys.ts';
import type { KeyService } from '../../src/kms/key-service.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import { catalogId, catalogTree, openCatalogRoot, rootTree } from '../../src/tables/catalog-root.ts';
import { account, openKms, region } from '../support/embedded-kms.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const here = { account, region };

/** Opens with keys of its own, as each process does, and seals a page to show that the catalogue's keys are there. */
async function openRoot(store: PageStore, service: KeyService, namespace = here): Promise<void> {
  const keys = new TableKeys({ core: createFallbackCore(), service, clock: new VirtualClock() });
  try {
    await openCatalogRoot({ store, keys, namespace });
    const nothing = new Uint8Array();
    const output = new Uint8Array(40);
    keys
      .cipher(catalogId, catalogTree)
      .seal({ input: nothing, output, aad: nothing, pages: Uint32Array.of(0, 0, 0, 0, 0) });
  } finally {
    keys.close();
  }
}

async function rootOf(store: PageStore): Promise<Uint8Array> {
  const [head] = await store.readHeads([rootTree]);
  return head?.body ?? new Uint8Array();
}

test('an empty store gets a root, which later opens it and stays as it is', async () => {
  const { kms } = await openKms();
  const store = createMemoryStore();
  await openRoot(store, kms);
  const body = (await rootOf(store)).slice();
  expect(body.length).toBeGreaterThan(0);
  await openRoot(store, kms);
  expect(await rootOf(store)).toEqual(body);
});

test('a store opens whatever account and region its next owner names', async () => {
  const { kms } = await openKms();
  const store = createMemoryStore();
  await openRoot(store, kms);
  const made = kms.commits;
  await openRoot(store, kms, { account: '999999999999', region: 'eu-north-1' });
  // No owned key of the other region was made for it.
  expect(kms.commits).toBe(made);
});

test('two that make the root at once do not both succeed', async () => {
  const { kms } = await openKms();
  const store = createMemoryStore();
  const outcomes = await Promise.allSettled([openRoot(store, kms), openRoot(store, kms)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await openRoot(store, kms);
});

test('a root does not open with another key service', async () => {
  const { kms } = await openKms();
  const store = createMemoryStore();
  await openRoot(store, kms);
  const { kms: another } = await openKms();
  await expect(openRoot(store, another)).rejects.toThrow(IntegrityFault);
});

/** As someone would who can write to the store, and not through it. */
async function replaceRoot(store: PageStore, body: Uint8Array, version: number): Promise<void> {
  const nothing = { puts: [], deletes: [], heads: [], drops: [] };
  await store.commit({ ...nothing, drops: [{ tree: rootTree, expected: 1 }] });
  await store.commit({ ...nothing, heads: [{ tree: rootTree, expected: 0, version, body }] });
}

describe('a root that is not what was written is refused (R-INT-6)', () => {
  test('each byte flipped in turn, in each of three ways', async () => {
    const { kms } = await openKms();
    const store = createMemoryStore();
    await openRoot(store, kms);
    const body = await rootOf(store);
    for (let at = 0; at < body.length; at++) {
      for (const mask of [0x01, 0x20, 0xff]) {
        body[at] = (body[at] ?? 0) ^ mask;
        await expect(openRoot(store, kms), `byte ${at}, mask ${mask}`).rejects.toThrow(IntegrityFault);
        body[at] = (body[at] ?? 0) ^ mask;
      }
    }
    await openRoot(store, kms);
  });

  test('shorter, longer, and empty', async () => {
    const { kms } = await openKms();
    const store = createMemoryStore();
    await openRoot(store, kms);
    const body = (await rootOf(store)).slice();
    const replace = (next: Uint8Array) => replaceRoot(store, next, 1);
    for (const next of [body.subarray(0, -1), new Uint8Array([...body, 0x20]), new Uint8Array()]) {
      await replace(next);
      await expect(openRoot(store, kms)).rejects.toThrow(IntegrityFault);
    }
    await replace(body);
    await openRoot(store, kms);
  });

  test('under another version than it was written with', async () => {
    const { kms } = await openKms();
    const store = createMemoryStore();
    await openRoot(store, kms);
    await replaceRoot(store, (await rootOf(store)).slice(), 2);
    await expect(openRoot(store, kms)).rejects.toThrow(IntegrityFault);
  });

  test('gone from a store that has more than it (R-INT-5)', async () => {
    const { kms } = await openKms();
    const store = createMemoryStore();
    const head = { tree: 7, expected: 0, version: 1, body: new Uint8Array(8) };
    await store.commit({ puts: [], deletes: [], heads: [head], drops: [] });
    await expect(openRoot(store, kms)).rejects.toThrow(IntegrityFault);
    expect(await store.readHeads([rootTree])).toEqual([undefined]);
  });
});
