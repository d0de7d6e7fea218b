/** The files of a store are taken away from under a server: it stops acknowledging at once, and says why. */
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createTableInput, item, readItems } from '../support/item-load.ts';
import { type JsonCall, jsonCall } from '../support/json-call.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';

const table = 'load';
const folder = mkdtempSync(join(tmpdir(), 'cryptable-replaced-'));
const rootKey = ['--root-key', join(folder, 'root.key')];
const served: ServedProcess[] = [];
afterAll(async () => {
  for (const server of served) await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(data: string): Promise<ServedProcess> {
  const server = await serveProcess(['--data', data, ...rootKey]);
  served.push(server);
  return server;
}

async function serveItem(name: string): Promise<{ server: ServedProcess; data: string; call: JsonCall }> {
  const data = join(folder, name);
  const server = await serve(data);
  const call = jsonCall(server.endpoint);
  await call('CreateTable', createTableInput(table));
  await put(call, 'before');
  return { server, data, call };
}

function put(call: JsonCall, id: string): Promise<unknown> {
  return call('PutItem', { TableName: table, Item: item(id, '0.0.1') });
}

/** The same bytes under the same name, and yet another file. */
function replace(path: string): void {
  copyFileSync(path, `${path}.copy`);
  renameSync(`${path}.copy`, path);
}

const losses: readonly (readonly [what: string, lose: (data: string) => void])[] = [
  ['its store is removed', (data) => unlinkSync(join(data, 'store.sqlite'))],
  ['its store is replaced by a copy', (data) => replace(join(data, 'store.sqlite'))],
  ['its log is removed', (data) => unlinkSync(join(data, 'store.sqlite-wal'))],
  ['its log is replaced by a copy', (data) => replace(join(data, 'store.sqlite-wal'))],
  ['its lock is removed', (data) => unlinkSync(join(data, 'owner.lock'))],
  ['its folder is moved away', (data) => renameSync(data, `${data}.moved`)],
];

for (const [what, lose] of losses) {
  test(`when ${what}, no write is acknowledged, and reads go on (R-PROC-3)`, async () => {
    const { server, data, call } = await serveItem(what);
    lose(data);
    await expect(put(call, 'after')).rejects.toThrow('500 InternalServerError');
    await expect(call('CreateTable', createTableInput('more'))).rejects.toThrow('500 InternalServerError');
    expect(await readItems(call, table)).toEqual(new Map([[`${table}/before`, '0.0.1']]));
    expect(server.said).toContain('StoreReplaced');
    expect(server.isAlive).toBe(true);
  });
}

test('when its key file is replaced, no key is changed, and the log says why (R-PROC-3)', async () => {
  const { server, data, call } = await serveItem('keys');
  replace(join(data, 'kms', 'keys.sqlite'));
  await expect(call('CreateKey', {})).rejects.toThrow('500 KMSInternalException');
  await put(call, 'after');
  expect(server.said).toContain('The store file was replaced or removed while it was open.');
});

test('once a moved folder is back in its place, writes are acknowledged again', async () => {
  const { data, call } = await serveItem('back');
  renameSync(data, `${data}.moved`);
  await expect(put(call, 'after')).rejects.toThrow('500 InternalServerError');
  renameSync(`${data}.moved`, data);
  await put(call, 'again');
  const found = await readItems(call, table);
  expect([...found.keys()].sort()).toEqual([`${table}/again`, `${table}/before`]);
});

describe('a second server on one store', () => {
  test('ends with a clean sentence, and the first one goes on (R-PROC-3)', async () => {
    const { data, call } = await serveItem('shared');
    await expect(serve(data)).rejects.toThrow('Another process has this store open.');
    await put(call, 'after');
    expect((await readItems(call, table)).size).toBe(2);
  });

  test('starts as soon as the first one was killed', async () => {
    const { server, data } = await serveItem('inherited');
    await server.kill();
    expect(existsSync(join(data, 'store.sqlite-wal'))).toBe(true);
    const call = jsonCall((await serve(data)).endpoint);
    expect((await readItems(call, table)).size).toBe(1);
  });
});
