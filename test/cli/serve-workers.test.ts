import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { childrenOf, tellsChildren } from '../support/children.ts';
import { runCommandLine } from '../support/command-line.ts';
import { jsonCall } from '../support/json-call.ts';
import { type ServedProcess, serveProcess } from '../support/served-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-serve-workers-'));
const rootKey = ['--root-key', join(folder, 'root.key')];
const running: ServedProcess[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.kill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;

async function start(...more: readonly string[]): Promise<ServedProcess> {
  const data = join(folder, `data-${count++}`);
  const server = await serveProcess(['--data', data, ...rootKey, '--workers', '2', ...more]);
  running.push(server);
  return server;
}

const TableName = 'table';
const Key = { id: { S: 'one' } };

async function createTable({ endpoint }: ServedProcess): Promise<void> {
  await jsonCall(endpoint)('CreateTable', {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
}

describe('cryptable serve --workers 2', () => {
  test('answers reads, writes and management, and ends with all its processes when it is told to', async () => {
    const server = await start();
    await createTable(server);
    const call = jsonCall(server.endpoint);
    for (let index = 0; index < 20; index++) {
      const Item = { ...Key, index: { N: String(index) } };
      await call('PutItem', { TableName, Item });
      expect(await call('GetItem', { TableName, Key })).toEqual({ Item });
    }
    const workers = tellsChildren ? childrenOf(server.pid) : [];
    expect(await server.stop()).toBe(0);
    for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow();
    if (tellsChildren) expect(workers).toHaveLength(2);
    expect(server.said).toBe('');
  });

  test.runIf(tellsChildren)('starts another worker for each that dies, on the same port', async () => {
    const server = await start();
    await createTable(server);
    const before = childrenOf(server.pid);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    const call = jsonCall(server.endpoint);
    await expect
      .poll(() => call('GetItem', { TableName, Key }).catch(() => 'no answer'), { timeout: 15_000 })
      .toEqual({});
    await expect.poll(() => childrenOf(server.pid).length, { timeout: 15_000 }).toBe(2);
    expect(childrenOf(server.pid)).not.toEqual(before);
    expect(server.said.match(/A worker ended; another takes its place\./g)).toHaveLength(2);
    expect(await server.stop()).toBe(0);
  });

  test.runIf(tellsChildren)('takes its workers with it when it dies', async () => {
    const server = await start();
    const workers = childrenOf(server.pid);
    await server.kill();
    for (const pid of workers) {
      const isThere = () => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      };
      await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
    }
  });

  test.runIf(tellsChildren)('has workers that a signal to them alone does not stop', async () => {
    const server = await start();
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGTERM');
    await createTable(server);
    expect(await jsonCall(server.endpoint)('GetItem', { TableName, Key })).toEqual({});
    expect(await server.stop()).toBe(0);
    expect(server.said).toBe('');
  });

  test('with credentials refuses who does not sign', async () => {
    const server = await start('--access-key', 'AKID:a-secret');
    const unsigned = jsonCall(server.endpoint)('GetItem', { TableName, Key });
    await expect(unsigned).rejects.toMatchObject({ type: 'MissingAuthenticationTokenException' });
  });

  test('on a port that is taken says so in one sentence, and leaves no process behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { readonly port: number };
    const args = ['serve', '--data', join(folder, 'never'), ...rootKey, '--workers', '2'];
    const { code, stderr } = await runCommandLine([...args, '--port', `${port}`, '--log-level', 'silent']);
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toBe(`cryptable: Port ${port} of 127.0.0.1 is taken; --port chooses another.\n`);
  });

  for (const wrong of ['0', '65', 'two']) {
    test(`--workers ${wrong} is refused`, async () => {
      const { code, stderr } = await runCommandLine(['serve', '--workers', wrong]);
      expect(code).toBe(2);
      expect(stderr).toContain('--workers');
    });
  }
});
