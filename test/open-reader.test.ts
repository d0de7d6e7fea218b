import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../src/base/log.ts';
import { Closing } from '../src/closing.ts';
import { openReader } from '../src/open-reader.ts';
import type { WorkerSettings } from '../src/server/worker-message.ts';
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite.ts';

let folder: string;
let owner: SqliteStore;
let closing: Closing;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-reader-'));
  owner = openSqliteStore({ folder, create: true });
  closing = new Closing();
});

afterEach(async () => {
  await closing.close();
  await owner.close();
  rmSync(folder, { recursive: true, force: true });
});

const relay = { decrypt: () => Promise.reject(new Error('nobody asks')), onKeyChange: () => () => {} };

function opens(more: Partial<WorkerSettings>, waySecret = new Uint8Array(32).fill(3)) {
  const settings = {
    dir: folder,
    storeId: Buffer.from(owner.storeId).toString('base64'),
    account: '000000000000',
    region: 'us-east-1',
    requireNative: false,
    host: '127.0.0.1',
    trustsEveryCaller: true,
    credentials: [],
    ...more,
  };
  return openReader({ settings, waySecret, relay, log: silentLog }, closing);
}

describe('a store of another process', () => {
  test('is not read where another lies in its place', async () => {
    const storeId = Buffer.alloc(16).toString('base64');
    await expect(opens({ storeId })).rejects.toMatchObject({ name: 'Outage', code: 'StoreReplaced' });
  });

  test('is not read where none lies', async () => {
    await expect(opens({ dir: join(folder, 'elsewhere') })).rejects.toMatchObject({ name: 'Outage' });
  });

  test('is not read before its owner has made a catalogue', async () => {
    await expect(opens({})).rejects.toMatchObject({ name: 'IntegrityFault' });
  });

  test('leaves nothing of the secret that keys are sealed with on their way', async () => {
    const secret = new Uint8Array(32).fill(3);
    await expect(opens({}, secret)).rejects.toThrow();
    expect(secret).toEqual(new Uint8Array(32));
  });
});
