/** The disk is full: writes are refused with a reason, reads go on, and room is all that is needed. */
import { mkdtempSync, rmSync } from 'node:fs';
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
