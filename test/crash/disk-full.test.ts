/** The disk is full: writes are refused with a reason, reads go on, and room is all that is needed. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTableInput, item, loadItems, readItems } from '../support/item-load.ts';
import { AnsweredFault, type JsonCall, jsonCall } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { isSkipped, PrivateMounts } from '../support/linux-tools.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';

const table = 'load';
/** Few: a log that has grown to its full length is written over, and then needs no room. */
const rounds = 3;

describe.skipIf(isSkipped('full disks', ['unshare', 'nsenter']))('a server whose disk is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-full-'));
  const disk = join(folder, 'disk');
  const data = join(disk, 'data');
  const rootKey = join(folder, 'root.key');
  const ballast = join(disk, 'ballast');
  const ledger = new Ledger();
  let mounts: PrivateMounts;
  let server: ServedProcess;
  let call: JsonCall;

  beforeAll(async () => {
    mounts = await PrivateMounts.open();
    mounts.mount('-t tmpfs -o size=64M', 'tmpfs', disk);
    server = await serve();
    await call('CreateTable', createTableInput(table));
  });
  afterAll(async () => {
    await server.kill();
    await mounts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(): Promise<ServedProcess> {
    const served = await serveProcess(['--data', data, '--root-key', rootKey], { under: mounts.under });
    call = jsonCall(served.endpoint);
    return served;
  }

  async function answersOfLoad(seed: number, writes: number): Promise<readonly string[]> {
    const answers: string[] = [];
    let sent = 0;
    const goesOn = (fault: unknown) => {
      if (!(fault instanceof AnsweredFault)) throw fault;
      answers.push(`${fault.status} ${fault.type}`);
      return true;
    };
    await loadItems({ call, ledger, table, seed, isOver: () => sent++ >= writes, goesOn });
    return answers;
  }

  /** Leaves so many bytes. */
  function fill(left: number): void {
    const [, line = ''] = mounts.run('df', '--block-size=1', '--output=avail', disk).trim().split('\n');
    mounts.run('fallocate', '-l', String(Number(line) - left), ballast);
  }

  test('writes what fits, refuses the rest, and recovers without a restart (R-PROC-2)', async () => {
    expect(await answersOfLoad(1, 100)).toEqual([]);
    for (let round = 0; round < rounds; round++) {
      fill(round * 200_000 + 4096);
      const refused = await answersOfLoad(10 + round, 300);
      expect(refused.length, 'the disk became full').toBeGreaterThan(0);
      expect(new Set(refused)).toEqual(new Set(['500 InternalServerError']));
      expect(server.said).toContain('The disk is full: make room, then try again.');
      expect(ledger.contradictions(await readItems(call, table))).toEqual([]);
      await expect(call('CreateTable', createTableInput('another'))).rejects.toThrow(
        '500 InternalServerError',
      );
      await expect(call('CreateKey', {})).rejects.toThrow('500 KMSInternalException');
      mounts.run('rm', ballast);
      expect(await answersOfLoad(20 + round, 100), 'with room again').toEqual([]);
      expect(ledger.contradictions(await readItems(call, table))).toEqual([]);
      const { KeyMetadata } = await call('CreateKey', {});
      expect(KeyMetadata.KeyState).toBe('Enabled');
    }
  });

  test('that is killed while its disk is full opens again with room, and has lost nothing', async () => {
    fill(4096);
    await answersOfLoad(30, 100);
    await server.kill();
    mounts.run('rm', ballast);
    server = await serve();
    expect(ledger.contradictions(await readItems(call, table))).toEqual([]);
    await call('PutItem', { TableName: table, Item: item('last', '0.0.3') });
    await server.kill();
    const store = startStoreProcess(mounts);
    await store.open(data, rootKey);
    const { faults, skipped } = await store.verify();
    expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
    await store.kill();
  });
});

describe('a server whose store has a limit of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-limit-'));
  const data = join(folder, 'data');
  const bytesMax = 2 ** 19;
  let server: ServedProcess;
  afterAll(async () => {
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('refuses what needs room, says why, and takes deletes, which make room (F11, threats 6)', async () => {
    const limit = ['--max-store-bytes', String(bytesMax)];
    server = await serveProcess(['--data', data, '--root-key', join(folder, 'root.key'), ...limit]);
    const call = jsonCall(server.endpoint);
    const ledger = new Ledger();
    await call('CreateTable', createTableInput(table));
    const put = (number: number) =>
      ledger.write(`${table}/${number}`, `${number}.0.90`, () =>
        call('PutItem', { TableName: table, Item: item(`${number}`, `${number}.0.90`) }),
      );
    let stored = 0;
    let refusal: unknown;
    for (; refusal === undefined; stored++) {
      refusal = await put(stored).catch((fault: unknown) => fault);
    }
    expect(refusal).toMatchObject({
      status: 503,
      type: 'ServiceUnavailable',
      message: /The store has reached its size limit: delete something, or raise the limit\./,
    });
    expect(stored).toBeGreaterThan(150);
    await expect(call('CreateTable', createTableInput('another'))).rejects.toThrow('503 ServiceUnavailable');
    expect(ledger.contradictions(await readItems(call, table))).toEqual([]);
    await call('CreateKey', {});
    const isRefused = async (number: number) =>
      (await put(number).catch((fault: unknown) => fault)) instanceof AnsweredFault;
    // Deletes share their commits with writes that are refused.
    const [refused] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, (_, number) => isRefused(10_000 + number))),
      ...Array.from({ length: stored / 2 }, (_, number) =>
        ledger.write(`${table}/${number}`, undefined, () =>
          call('DeleteItem', { TableName: table, Key: { id: { S: `${number}` } } }),
        ),
      ),
    ]);
    expect(refused).toContain(true);
    for (let number = 20_000; number < 20_050; number++) await put(number);
    expect(ledger.contradictions(await readItems(call, table))).toEqual([]);
    expect(statSync(join(data, 'store.sqlite')).size).toBeLessThanOrEqual(bytesMax);
    expect(server.isAlive).toBe(true);
  });
});
