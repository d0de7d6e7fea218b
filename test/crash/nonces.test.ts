/** Nonces over the lives of a store: a kill at any moment, and what a next process seals, never bring one twice. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nonceBytes, sealedPageOverheadBytes } from '../../src/crypto/core.ts';
import { openCryptoCore } from '../../src/crypto/open-core.ts';
import { createTableInput, loadItems, readItems } from '../support/item-load.ts';
import { Ledger } from '../support/ledger.ts';
import { NonceLedger } from '../support/nonce-ledger.ts';
import { outputsOf, sealBatch } from '../support/page-table.ts';
import { startStoreProcess } from '../support/store-process.ts';

/** CI asks for 50. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 5);
const acknowledgedPerLifeMax = 60;
const table = 'load';
/** 1,562,500 make 10^8 pages, in some two minutes. */
const batches = Number(process.env.CRYPTABLE_NONCE_BATCHES ?? 20_000);
const pagesPerBatch = 64;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-nonces-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(
  `R-NON-2c: ${kills} kills, and no nonce has sealed two pages`,
  async () => {
    const data = join(folder, 'data');
    const rootKey = join(folder, 'root.key');
    const nonces = new NonceLedger();
    const ledger = new Ledger();
    for (let life = 1; life <= kills; life++) {
      const store = startStoreProcess();
      await store.open(data, rootKey);
      if (life === 1) await store.call('CreateTable', createTableInput(table));
      else ledger.settle(await readItems(store.call, table));
      const before = nonces.size;
      const end = ledger.acknowledged + 1 + ((life * 37) % acknowledgedPerLifeMax);
      let killed: Promise<void> | undefined;
      const isOver = () => {
        if (ledger.acknowledged >= end) killed ??= store.kill();
        return killed !== undefined;
      };
      await loadItems({ call: store.call, ledger, table, seed: life, isOver });
      await killed;
      nonces.gather(join(data, 'store.sqlite'));
      expect(nonces.repeats, `after kill ${life}`).toEqual([]);
      expect(nonces.size, 'each life seals').toBeGreaterThan(before);
    }
  },
  60_000 + kills * 10_000,
);

test(
  `R-NON-2a: ${batches * pagesPerBatch} pages in ${batches} batches, and no two under one nonce`,
  () => {
    const core = openCryptoCore();
    const key = core.generateKey();
    const batch = sealBatch(Array.from({ length: pagesPerBatch }, () => ({ input: new Uint8Array() })));
    const nonces = outputsOf(batch, sealedPageOverheadBytes).map(({ buffer, byteOffset }) =>
      Buffer.from(buffer, byteOffset, nonceBytes),
    );
    const [first = Buffer.alloc(nonceBytes)] = nonces;
    /** Twenty random bytes are of a batch, the rest number its pages. */
    const prefixes = new Set<string>();
    for (let turn = 0; turn < batches; turn++) {
      core.sealPages(key, batch);
      prefixes.add(first.toString('latin1', 0, 20));
      for (const [index, nonce] of nonces.entries()) {
        if (nonce.readUInt32LE(20) !== index || nonce.compare(first, 0, 20, 0, 20) !== 0)
          throw new Error(`page ${index} of batch ${turn} is not of its batch, or has another's number`);
      }
    }
    expect(prefixes.size).toBe(batches);
  },
  60_000 + batches,
);

test('one that sealed two pages is found', () => {
  const nonces = new NonceLedger();
  const file = join(folder, 'data', 'store.sqlite');
  nonces.gather(file);
  expect(nonces.repeats).toEqual([]);
  nonces.gatherRows('page', [
    { place: 1, version: 1, body: new Uint8Array(40).fill(7) },
    { place: 2, version: 1, body: new Uint8Array(40).fill(7) },
  ]);
  expect(nonces.repeats).toHaveLength(1);
});
