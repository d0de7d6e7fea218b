import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startText } from '../../src/cli/serve.ts';
import { builtMain, runCommandLine } from '../support/command-line.ts';

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
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cryptable: Another process has this store open\..*\n$/);
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
