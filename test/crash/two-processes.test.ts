/** Two processes share one store, and one of them is killed again and again: every addition counts, and counts once. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { core, key } from '../pages/support.ts';
import { coreCipher } from '../support/core-cipher.ts';
import { NonceLedger } from '../support/nonce-ledger.ts';

/** CI asks for 50. */
const kills = Number(process.env.CRYPTABLE_KILLS ?? 5);
const program = join(dirname(fileURLToPath(import.meta.url)), 'sharing-process.mjs');
const folder = mkdtempSync(join(tmpdir(), 'cryptable-sharing-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Adder {
  /** Acknowledged to it. */
  readonly added: number;
  kill(): Promise<void>;
}

async function startAdder(keyHex: string): Promise<Adder> {
  const child = fork(program, [folder, keyHex], { execArgv: [] });
  children.push(child);
  let added = 0;
  child.on('message', (message: { added?: number }) => {
    added = message.added ?? added;
  });
  const ended = once(child, 'close');
  await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error('the other process ended at once'))),
  ]);
  return {
    get added() {
      return added;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

test(
  `${kills} kills of the other process: its additions and ours are in one sum, and no nonce is of both (R-NON-2d)`,
  async () => {
    const secret = randomBytes(32);
    const keyHex = secret.toString('hex');
    const cipher = coreCipher(core, core.importKey(secret));
    const store = openSqliteStore({ folder, create: true, isShared: true });
    const engine = PageEngine.open({ store, storeId: store.storeId });
    const tree = await engine.createTree(1, cipher);
    const sumOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? Buffer.alloc(4)).readUInt32BE(0);
    const nonces = new NonceLedger();
    let acknowledged = 0;
    const addOne = async () => {
      try {
        await engine.transact(async (tx) => {
          await tx.put(tree, key(1), key(sumOf(await tx.get(tree, key(1))) + 1));
        });
        acknowledged++;
      } catch (fault) {
        if (!(fault instanceof Outage) || fault.code !== 'StoreConflict') throw fault;
      }
    };
    for (let life = 1; life <= kills; life++) {
      const adder = await startAdder(keyHex);
      // Each sees that the other goes on: neither is starved.
      const before = acknowledged;
      while (adder.added < 5 + life || acknowledged - before < 5 + life) {
        await addOne();
        nonces.gather(store.path);
      }
      await adder.kill();
      acknowledged += adder.added;
      await new Promise((resolve) => setImmediate(resolve));
      const sum = sumOf(await tree.get(key(1)));
      // One of its own may have become durable without its having heard of it, or without our having.
      expect(sum - acknowledged, `after kill ${life}`).toBeGreaterThanOrEqual(0);
      expect(sum - acknowledged, `after kill ${life}`).toBeLessThanOrEqual(2);
      acknowledged = sum;
    }
    const { faults } = await engine.verify({ trees: [{ id: 1, cipher }] });
    expect(faults).toEqual([]);
    expect(nonces.repeats).toEqual([]);
    expect(nonces.size).toBeGreaterThan(10 * kills);
    await engine.close();
    await store.close();
  },
  60_000 + kills * 10_000,
);

test('a process that wants the store alone is refused while others share it, and they while it has it', async () => {
  const shared = openSqliteStore({ folder, create: true, isShared: true });
  const another = openSqliteStore({ folder, create: false, isShared: true });
  expect(() => openSqliteStore({ folder, create: false })).toThrow(Outage);
  await shared.close();
  expect(() => openSqliteStore({ folder, create: false })).toThrow(Outage);
  await another.close();
  const alone = openSqliteStore({ folder, create: false });
  expect(() => openSqliteStore({ folder, create: false, isShared: true })).toThrow(Outage);
  await alone.close();
});
