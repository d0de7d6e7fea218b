/** The power fails in the middle of the load: the file system forgets whatever was not flushed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createTableInput, loadItems, readItems } from '../support/item-load.ts';
import { type JsonCall, jsonCall } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { compileC, isSkipped, PrivateMounts } from '../support/linux-tools.ts';
import { serveProcess } from '../support/served-process.ts';
import { startStoreProcess } from '../support/store-process.ts';

/** CI asks for 60. */
const cuts = Number(process.env.CRYPTABLE_POWER_CUTS ?? 6);
const acknowledgedPerLifeMax = 300;
const tables = ['plain', 'protected'];
const isSkippedHere = isSkipped('power cuts', ['unshare', 'nsenter', 'mkfs.ext4', 'gcc']);

describe.skipIf(isSkippedHere)('on a disk whose power is cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-power-'));
  const image = join(folder, 'disk.img');
  const disk = join(folder, 'disk');
  const rootKey = join(folder, 'root.key');
  const data = join(disk, 'data');
  let mounts: PrivateMounts | undefined;
  afterAll(async () => {
    await mounts?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Life {
    readonly ledger: Ledger;
    readonly keyId: string;
    readonly life: number;
  }

  /** All that the load writes: the items of both tables, and the state of a key. */
  async function readAll(call: JsonCall, keyId: string): Promise<ReadonlyMap<string, string>> {
    const key = await call('DescribeKey', { KeyId: keyId });
    const items = await Promise.all(tables.map((table) => readItems(call, table)));
    return new Map([['key', key.KeyMetadata.KeyState], ...items.flatMap((found) => [...found])]);
  }

  async function switchKey(call: JsonCall, ledger: Ledger, keyId: string, isOver: () => boolean) {
    try {
      for (let turn = 0; !isOver(); turn++) {
        const [operation, state] = turn % 2 === 0 ? ['DisableKey', 'Disabled'] : ['EnableKey', 'Enabled'];
        await ledger.write('key', state, () => call(operation, { KeyId: keyId }));
      }
    } catch (fault) {
      if (!isOver()) throw fault;
    }
  }

  /** Loads until so many writes were acknowledged, then has `stop` called while others are under way. */
  async function loadUntil(
    call: JsonCall,
    { ledger, keyId, life }: Life,
    stop: () => unknown,
  ): Promise<void> {
    const end = ledger.acknowledged + 1 + ((life * 137) % acknowledgedPerLifeMax);
    let stopped: unknown;
    const isOver = () => {
      if (ledger.acknowledged >= end) stopped ??= stop();
      return stopped !== undefined;
    };
    const loads = tables.map((table, index) =>
      loadItems({ call, ledger, table, seed: life * 1000 + index * 100, writers: 4, isOver }),
    );
    await Promise.all([...loads, switchKey(call, ledger, keyId, isOver)]);
    await stopped;
  }

  async function makeTables(call: JsonCall): Promise<string> {
    const { KeyMetadata } = await call('CreateKey', {});
    const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: KeyMetadata.Arn };
    await call('CreateTable', createTableInput('plain'));
    await call('CreateTable', { ...createTableInput('protected'), SSESpecification });
    return (await call('CreateKey', {})).KeyMetadata.KeyId;
  }

  async function verifyOffline({ under }: PrivateMounts) {
    const store = startStoreProcess({ under });
    try {
      await store.open(data, rootKey);
      return await store.verify();
    } finally {
      await store.kill();
    }
  }

  test(
    `${cuts} cuts lose no acknowledged write, nor what was read after a kill, and every page is sound`,
    async () => {
      mounts = await PrivateMounts.open();
      const { under } = mounts;
      const cutPower = compileC('cut-power.c', folder);
      // The system may answer a flush as done that was under way when the power went: only what was
      // acknowledged before a cut began is certain.
      let cutsBegun = 0;
      const cut = () => {
        cutsBegun++;
        return mounts?.run(cutPower, disk) ?? '';
      };
      mounts.run('truncate', '-s', '128M', image);
      mounts.run('mkfs.ext4', '-q', '-F', image);
      mounts.mount('-o loop', image, disk);
      const serve = () => serveProcess(['--data', data, '--root-key', rootKey], { under });
      let server = await serve();
      const ledger = new Ledger(() => cutsBegun);
      const keyId = await makeTables(jsonCall(server.endpoint));
      ledger.settle(new Map([['key', 'Enabled']]));
      for (let life = 1; life <= cuts; life++) {
        if (life % 2 === 0) {
          // What a killed process had written and not flushed is there; once it was read, it must stay.
          await loadUntil(jsonCall(server.endpoint), { ledger, keyId, life }, () => server.kill());
          server = await serve();
          const found = await readAll(jsonCall(server.endpoint), keyId);
          expect({ life, lost: ledger.contradictions(found) }).toEqual({ life, lost: [] });
          ledger.settle(found);
          cut();
        } else {
          await loadUntil(jsonCall(server.endpoint), { ledger, keyId, life }, cut);
        }
        expect(server.isAlive, server.said).toBe(true);
        const put = jsonCall(server.endpoint)('PutItem', {
          TableName: 'plain',
          Item: { id: { S: 'after' } },
        });
        await expect(put).rejects.toThrow('500 InternalServerError');
        await server.kill();
        mounts.unmount(disk);
        mounts.mount('-o loop', image, disk);
        server = await serve();
        const found = new Map(await readAll(jsonCall(server.endpoint), keyId));
        // Sent without an answer.
        found.delete('plain/after');
        expect({ life, lost: ledger.contradictions(found, cutsBegun - 1) }).toEqual({ life, lost: [] });
        ledger.settle(found);
      }
      await server.kill();
      const { faults, skipped, pages } = await verifyOffline(mounts);
      expect({ faults, skipped }).toEqual({ faults: [], skipped: [] });
      expect(pages).toBeGreaterThan(10);
    },
    60_000 + cuts * 10_000,
  );
});
