import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { auditOf, startText } from '../../src/cli/serve.ts';
import { builtMain, runCommandLine } from '../support/command-line.ts';
import { createTableInput } from '../support/item-load.ts';
import { jsonCall } from '../support/json-call.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-serve-'));
const rootKey = join(folder, 'keys', 'root.key');
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly address: { readonly host: string; readonly port: number };
  readonly said: () => string;
}

async function start(
  data: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Running> {
  const child = fork(
    builtMain,
    ['serve', '--data', join(folder, data), '--root-key', rootKey, '--port', '0', ...args],
    {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  running.add(child);
  let said = '';
  child.stdout?.on('data', (piece) => {
    said += piece;
  });
  const [message] = await once(child, 'message');
  return { child, address: message.listening, said: () => said };
}

async function exitOf({ child }: Running): Promise<unknown> {
  const [code] = await once(child, 'close');
  return code;
}

function listTables({ address }: Running): Promise<Response> {
  return fetch(`http://${address.host}:${address.port}/`, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  });
}

describe('cryptable serve', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`says where it listens, its kernel and root key, and exits with 0 on ${signal}`, async () => {
      const server = await start(`data-${signal}`);
      await listTables(server);
      server.child.kill(signal);
      expect(await exitOf(server)).toBe(0);
      expect(server.said()).toContain(`listens on http://127.0.0.1:${server.address.port}`);
      expect(server.said()).toMatch(/kernel {4}\w/);
      expect(server.said()).toContain(rootKey);
      expect(server.said()).toContain('EVERY CALLER IS TRUSTED');
    });
  }

  test('with credentials refuses who does not sign', async () => {
    const server = await start('data-signed', [], { CRYPTABLE_CREDENTIALS: 'AKID:a-secret' });
    const answer = await listTables(server);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('MissingAuthenticationToken');
    server.child.kill('SIGTERM');
    expect(await exitOf(server)).toBe(0);
    expect(server.said()).toContain('1 access key, every request must be signed');
    expect(server.said()).not.toContain('a-secret');
  });

  test('answers its parent with its figures, and stops when the parent has gone', async () => {
    const server = await start('data-parent');
    server.child.send({ ask: 'stats' });
    const [{ stats }] = await once(server.child, 'message');
    expect(stats).toMatchObject({ kernel: expect.any(String), rootKey, kmsCalls: expect.any(Object) });
    // A parent that lets go of the channel itself is told no 'close'.
    const exit = once(server.child, 'exit');
    server.child.disconnect();
    expect((await exit)[0]).toBe(0);
  });

  test('removes items whose time is up as often as it is told, and exports into the folder of a bucket', async () => {
    const bucket = join(folder, 'bucket');
    mkdirSync(bucket);
    const server = await start('data-chores', [
      '--ttl-interval-seconds',
      '1',
      '--bucket',
      `things=${bucket}`,
    ]);
    const call = jsonCall(`http://${server.address.host}:${server.address.port}`);
    await call('CreateTable', createTableInput('chores'));
    await call('UpdateTimeToLive', {
      TableName: 'chores',
      TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' },
    });
    const past = String(Math.floor(Date.now() / 1000) - 10);
    await call('PutItem', { TableName: 'chores', Item: { id: { S: 'past' }, until: { N: past } } });
    let left = 1;
    // Each question lets the sweep come nearer; the time of the test bounds it.
    while (left > 0) left = (await call('Scan', { TableName: 'chores', Select: 'COUNT' })).Count;
    await call('UpdateContinuousBackups', {
      TableName: 'chores',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    const { Table } = await call('DescribeTable', { TableName: 'chores' });
    await call('ExportTableToPointInTime', { TableArn: Table.TableArn, S3Bucket: 'things' });
    while (readdirSync(bucket).length === 0) await call('ListExports', {});
    expect(readdirSync(bucket)).toEqual(['AWSDynamoDB']);
  }, 60_000);

  test('writes calls down where it is told to, and shows figures to who asks for them', async () => {
    const delivered = join(folder, 'delivered');
    const server = await start('data-recorded', ['--audit-log', delivered, '--metrics-port', '0']);
    await jsonCall(`http://${server.address.host}:${server.address.port}`)('ListKeys', {});
    const metrics = /metrics +(\S+)/.exec(server.said())?.[1] ?? '';
    const figures = await (await fetch(metrics)).text();
    expect(figures).toContain('cryptable_kms_calls_total{operation="ListKeys",key="",table=""} 1\n');
    server.child.kill('SIGTERM');
    expect(await exitOf(server)).toBe(0);
    const [file = ''] = readdirSync(delivered);
    const lines = readFileSync(join(delivered, file), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(JSON.parse(line).message).eventName)).toContain('ListKeys');
  });

  test('on a port that is taken says so in one sentence', async () => {
    const first = await start('data-first');
    const args = ['serve', '--data', join(folder, 'data-second'), '--root-key', rootKey];
    const { code, stderr } = await runCommandLine([
      ...args,
      '--port',
      String(first.address.port),
      '--log-level',
      'silent',
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `cryptable: Port ${first.address.port} of 127.0.0.1 is taken; --port chooses another.\n`,
    );
  });

  test('on data that another process serves says so in one sentence', async () => {
    await start('data-twice');
    const args = ['serve', '--data', join(folder, 'data-twice'), '--root-key', rootKey, '--port', '0'];
    const { code, stderr } = await runCommandLine([...args, '--log-level', 'silent']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^cryptable: .*data-twice cannot be opened: Another process has this store open\..*\n$/,
    );
  });

  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    test(`does not listen on ${host} without credentials, unless it is told to trust every caller`, async () => {
      const { code, stderr } = await runCommandLine([
        'serve',
        '--data',
        join(folder, 'never'),
        '--host',
        host,
      ]);
      expect(code).toBe(2);
      expect(stderr).toContain(`${host} can be reached by other machines`);
      expect(stderr).toContain('--trust-every-caller');
    });
  }

  test('listens beyond this machine when it is told to trust every caller', async () => {
    const server = await start('data-open', ['--host', '0.0.0.0', '--trust-every-caller']);
    expect(server.address.host).toBe('0.0.0.0');
    server.child.kill('SIGTERM');
    expect(await exitOf(server)).toBe(0);
  });

  test('with a malformed access key exits with 2 and does not show it', async () => {
    const { code, stderr } = await runCommandLine([
      'serve',
      '--data',
      join(folder, 'never'),
      '--access-key',
      'verysecret',
    ]);
    expect(code).toBe(2);
    expect(stderr).not.toContain('verysecret');
  });
});

test('calls are delivered only where they are recorded', () => {
  expect(auditOf({ audit: 'off' })).toBe('off');
  expect(auditOf({ audit: 'on', auditLog: 'folder' })).toEqual({ deliverTo: 'folder' });
  expect(auditOf({ audit: 'on', auditLog: '-' })).toEqual({ deliverTo: expect.any(Function) });
  expect(() => auditOf({ audit: 'off', auditLog: '-' })).toThrow('--audit-log needs --audit on');
});

describe('the text at the start', () => {
  const base = {
    options: { data: './data', region: 'eu-central-1', account: '123456789012' },
    address: { host: '127.0.0.1', port: 8000 },
    stats: { kernel: 'vaes512', rootKey: 'a passphrase' },
    credentials: [],
  };

  test('puts an IPv6 address in brackets, as URLs want it', () => {
    expect(startText({ ...base, address: { host: '::1', port: 1 } })).toContain('http://[::1]:1\n');
  });

  test('warns when the root key lies on the disk of the data', () => {
    const onDisk = {
      ...base,
      options: { ...base.options, data: folder },
      stats: { kernel: 'k', rootKey: folder },
    };
    expect(startText(onDisk)).toContain('warning');
    expect(startText(base)).not.toContain('warning');
  });
});
