import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Outage } from '../../src/base/errors.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { splitRemoteCiphertext } from '../../src/kms/remote-ciphertext.ts';
import { RemoteKeys } from '../../src/kms/remote-keys.ts';
import { type VaultTransitOptions, vaultTransit } from '../../src/kms/vault-transit.ts';
import { tableService } from '../support/embedded-kms.ts';
import { FakeVault } from '../support/fake-vault.ts';
import { FaultyProxy, type ProxyFault } from '../support/faulty-proxy.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const token = 's.engine';
const context = new Map([
  ['aws:dynamodb:tableName', 'Books'],
  ['aws:dynamodb:subscriberId', '111122223333'],
]);
const core = createFallbackCore();
const none = new Uint8Array(0);
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });
const arnOf = (name: string) => `vault:transit/keys/${name}`;

let vault: FakeVault;
let proxy: FaultyProxy;
const folder = mkdtempSync(join(tmpdir(), 'cryptable-vault-'));
beforeAll(async () => {
  vault = await FakeVault.open();
  proxy = await FaultyProxy.open(vault.port);
});
afterAll(async () => {
  await proxy.close();
  await vault.close();
  rmSync(folder, { recursive: true, force: true });
});

const opened: RemoteKeys[] = [];
afterEach(() => {
  for (const keys of opened.splice(0)) keys.close();
  vault.keys.clear();
  vault.isSealed = false;
  vault.namespace = undefined;
  vault.tokens.clear();
  vault.tokens.set(token, ['transit/*']);
  proxy.requests.length = 0;
  proxy.next.length = 0;
  proxy.rest = 'pass';
});
beforeAll(() => void vault.tokens.set(token, ['transit/*']));

function remote(options: Partial<VaultTransitOptions> = {}, clock = systemClock): RemoteKeys {
  const client = vaultTransit({ url: proxy.url, token, ...options });
  const keys = new RemoteKeys({ core, client, clock, random: () => 0 });
  opened.push(keys);
  return keys;
}

const paths = () => proxy.requests.map(({ method, path }) => `${method} ${path}`);

describe('transit', () => {
  for (const derived of [false, true]) {
    test(`makes and opens data keys under a key that is ${derived ? '' : 'not '}derived`, async () => {
      vault.createKey('books', { derived });
      const keys = remote();
      const { arn } = await keys.describeKey(tableService, 'books');
      const { key, ciphertext } = await keys.generateDataKey(tableService, arn, context);
      const again = await keys.decryptDataKey(tableService, ciphertext, context);
      const sealed = core.sealBytes(key, Buffer.from('x'), none);
      expect(Buffer.from(core.openBytes(again.key, sealed, none)).toString()).toBe('x');
      expect(paths()).toEqual([
        'GET /v1/transit/keys/books',
        'POST /v1/transit/encrypt/books',
        'POST /v1/transit/decrypt/books',
        'POST /v1/transit/decrypt/books',
      ]);
    });

    test(`R-DEP-1: binds them to the table under a key that is ${derived ? '' : 'not '}derived`, async () => {
      vault.createKey('books', { derived });
      const keys = remote();
      const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
      const other = new Map(context).set('aws:dynamodb:tableName', 'Films');
      expect(await refusalOf(() => keys.decryptDataKey(tableService, ciphertext, other))).toBe(
        'InvalidCiphertext',
      );
    });
  }

  test('makes another data key each time, and the context’s order is of no meaning', async () => {
    vault.createKey('books');
    const keys = remote();
    const first = await keys.generateDataKey(tableService, arnOf('books'), context);
    const second = await keys.generateDataKey(tableService, arnOf('books'), context);
    const sealed = core.sealBytes(first.key, Buffer.from('x'), none);
    expect(() => core.openBytes(second.key, sealed, none)).toThrow();
    const reversed = new Map([...context].reverse());
    expect(await refusalOf(() => keys.decryptDataKey(tableService, first.ciphertext, reversed))).toBe(
      'answered',
    );
  });

  test('describes a key by its name and by what is stored as its ARN', async () => {
    vault.createKey('books');
    const expected = { keyId: 'books', arn: arnOf('books'), state: 'Enabled', manager: 'CUSTOMER' };
    for (const name of ['books', arnOf('books')]) {
      expect(await remote().describeKey(tableService, name)).toEqual(expected);
    }
  });

  test('opens what an older version of the key sealed, until that is disallowed', async () => {
    const key = vault.createKey('books');
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
    key.versions.push(Buffer.alloc(32, 9));
    const open = () => refusalOf(() => keys.decryptDataKey(tableService, ciphertext, context));
    expect(await open()).toBe('answered');
    key.minDecryptionVersion = 2;
    expect(await open()).toMatch(/^KeyInvalidState: vault:transit\/keys\/books is not allowed to decrypt/);
    key.minDecryptionVersion = 1;
    expect(await open()).toBe('answered');
  });

  test('R-COM-2: does not open under one key what another sealed', async () => {
    vault.createKey('books');
    vault.createKey('films');
    const { ciphertext } = await remote().generateDataKey(tableService, arnOf('films'), context);
    const sealed = splitRemoteCiphertext(ciphertext)?.ciphertext ?? none;
    const client = vaultTransit({ url: proxy.url, token });
    const { signal } = new AbortController();
    const question = { keyArn: arnOf('books'), ciphertext: sealed, context, region: '', signal };
    await expect(client.decryptDataKey(question)).rejects.toMatchObject({ code: 'InvalidCiphertext' });
  });

  test('is asked in its namespace, at its mount, with its token', async () => {
    vault.namespace = 'team';
    vault.createKey('books');
    await remote({ namespace: 'team' }).describeKey(tableService, 'books');
    expect(proxy.requests[0]?.headers).toMatchObject({
      'x-vault-token': token,
      'x-vault-namespace': 'team',
      'x-vault-request': 'true',
    });
    proxy.rest = { status: 200, body: '{"data":{"type":"aes256-gcm96"}}' };
    expect(await remote({ mount: 'team/transit' }).describeKey(tableService, 'k')).toMatchObject({
      arn: 'vault:team/transit/keys/k',
    });
    expect(paths().at(-1)).toBe('GET /v1/team/transit/keys/k');
  });

  test('has its token read from the file at each request', async () => {
    vault.createKey('books');
    const file = join(folder, 'token');
    const keys = remote({ token: { file } });
    await expect(keys.describeKey(tableService, 'books')).rejects.toEqual(outage('KeyServiceCredentials'));
    for (const renewed of ['s.one', 's.two']) {
      vault.tokens.set(renewed, ['transit/*']);
      writeFileSync(file, `${renewed}\n`);
      await keys.describeKey(tableService, 'books');
      expect(proxy.requests.at(-1)?.headers['x-vault-token']).toBe(renewed);
    }
    writeFileSync(file, 'no token\nat all');
    await expect(keys.describeKey(tableService, 'books')).rejects.toEqual(outage('KeyServiceCredentials'));
  });
});

describe('a key that is of no use', () => {
  test('was deleted', async () => {
    vault.createKey('books');
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
    vault.keys.delete('books');
    const missing = `KeyNotFound: Key '${arnOf('books')}' does not exist`;
    expect(await refusalOf(() => keys.decryptDataKey(tableService, ciphertext, context))).toBe(missing);
    expect(await refusalOf(() => keys.describeKey(tableService, 'books'))).toBe(missing);
  });

  test('was deleted softly', async () => {
    const key = vault.createKey('books');
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
    key.softDeleted = true;
    expect(await keys.describeKey(tableService, 'books')).toMatchObject({ state: 'Disabled' });
    expect(await refusalOf(() => keys.decryptDataKey(tableService, ciphertext, context))).toMatch(
      /^KeyDisabled/,
    );
  });

  test('may not be used with this token', async () => {
    vault.createKey('books');
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
    vault.tokens.set(token, ['transit/keys/*']);
    expect(await refusalOf(() => keys.decryptDataKey(tableService, ciphertext, context))).toMatch(
      /^KeyAccessDenied: Vault: .*permission denied/s,
    );
    expect(paths().at(-1)).toBe('GET /v1/auth/token/lookup-self');
  });

  test('is of a kind that binds no context', async () => {
    vault.createKey('books', { type: 'rsa-2048' });
    expect(await refusalOf(() => remote().describeKey(tableService, 'books'))).toMatch(
      /^KeyUsageWrong: .*rsa-2048/,
    );
  });

  test.each([
    '',
    '.',
    '..',
    '../auth/token/create',
    'a/b',
    'a b',
    '%2e%2e',
    'a?b',
    'a#b',
    '-a',
    'vault:other/keys/a',
    'é',
  ])('R-SSRF-1: cannot be named %s, and nobody is asked', async (name) => {
    expect(await refusalOf(() => remote().describeKey(tableService, name))).toMatch(/^InvalidKeyId/);
    expect(proxy.requests).toEqual([]);
  });
});

describe('what says nothing of the key', () => {
  test('a token that is no longer valid', async () => {
    vault.createKey('books');
    const keys = remote();
    const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
    vault.tokens.delete(token);
    const decrypted = keys.decryptDataKey(tableService, ciphertext, context);
    await expect(decrypted).rejects.toEqual(outage('KeyServiceCredentials'));
  });

  test('an engine that is not mounted', async () => {
    vault.tokens.set(token, ['*']);
    const asked = remote({ mount: 'other', patience: { attemptsMax: 1 } }).describeKey(tableService, 'books');
    await expect(asked).rejects.toMatchObject({
      code: 'KeyServiceUnavailable',
      message: expect.stringContaining('No transit engine'),
    });
  });

  const passing: [string, ProxyFault, string][] = [
    ['a cut connection', 'cut', 'KeyServiceUnavailable'],
    ['a quota', { status: 429, body: '{"errors":["rate limit quota exceeded"]}' }, 'KeyServiceThrottled'],
    ['a standby node', { status: 473, body: '' }, 'KeyServiceUnavailable'],
    ['a replica that lags behind', { status: 412, body: '{"errors":[]}' }, 'KeyServiceUnavailable'],
    ['a gateway', { status: 502, body: '<html>' }, 'KeyServiceUnavailable'],
  ];
  for (const [name, fault, code] of passing) {
    test(`${name}: asked again three times and no more`, async () => {
      vault.createKey('books');
      const keys = remote();
      proxy.next.push(fault, fault, fault);
      expect(await keys.describeKey(tableService, 'books')).toMatchObject({ keyId: 'books' });
      proxy.rest = fault;
      await expect(keys.describeKey(tableService, 'books')).rejects.toEqual(outage(code));
      expect(proxy.requests).toHaveLength(8);
    });
  }

  test('sealed, and unsealed again', async () => {
    vault.createKey('books');
    const keys = remote();
    vault.isSealed = true;
    await expect(keys.describeKey(tableService, 'books')).rejects.toMatchObject({
      code: 'KeyServiceUnavailable',
      message: expect.stringContaining('Vault is sealed'),
    });
    vault.isSealed = false;
    expect(await keys.describeKey(tableService, 'books')).toMatchObject({ keyId: 'books' });
  });

  test('silence', async () => {
    const clock = new VirtualClock();
    proxy.rest = 'hang';
    const asking = remote({ patience: { attemptsMax: 1 } }, clock).describeKey(tableService, 'books');
    asking.catch(() => {});
    await proxy.arrived(1);
    clock.advance(2000);
    await expect(asking).rejects.toEqual(outage('KeyServiceSlow'));
  });
});

describe('an answer that cannot be right', () => {
  const saying = (data: object): ProxyFault => ({ status: 200, body: JSON.stringify({ data }) });
  const lies: [string, ProxyFault][] = [
    ['another plaintext', saying({ plaintext: Buffer.alloc(32, 7).toString('base64') })],
    ['a short plaintext', saying({ plaintext: 'AAAA' })],
    ['a plaintext that is no text', saying({ plaintext: 7 })],
    ['no plaintext', saying({})],
    ['no data', { status: 200, body: '{}' }],
    ['null', { status: 200, body: 'null' }],
    ['no JSON', { status: 200, body: 'OK' }],
    ['an answer without end', { status: 200, body: ' '.repeat(70_000) }],
    ['another place to ask', { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
    ['a status nobody knows', { status: 418, body: '' }],
  ];
  for (const [name, fault] of lies) {
    test(`to decrypt: ${name}`, async () => {
      vault.createKey('books');
      const keys = remote();
      const { ciphertext } = await keys.generateDataKey(tableService, arnOf('books'), context);
      proxy.requests.length = 0;
      proxy.rest = fault;
      const decrypted = keys.decryptDataKey(tableService, ciphertext, context);
      await expect(decrypted).rejects.toEqual(outage('KeyServiceWrong'));
      expect(proxy.requests).toHaveLength(1);
    });
  }

  test.each([{ ciphertext: 'vault:v0:AAAA' }, { ciphertext: 'AAAA' }, { ciphertext: 1 }, {}])(
    'to encrypt: %j',
    async (data) => {
      proxy.rest = saying(data);
      const made = remote().generateDataKey(tableService, arnOf('books'), context);
      await expect(made).rejects.toEqual(outage('KeyServiceWrong'));
    },
  );

  test('R-LOG-1: is not quoted by the fault, nor by what caused it', async () => {
    const canary = 'Q0FOQVJZIG9mIGEgZGF0YSBrZXk=';
    for (const status of [200, 418]) {
      proxy.rest = { status, body: `{"data":{"plaintext":"${canary}"` };
      const asked = remote().describeKey(tableService, 'books');
      const fault: unknown = await asked.catch((thrown) => thrown);
      expect(fault).toBeInstanceOf(Outage);
      let told = '';
      for (let at: unknown = fault; at instanceof Error; at = at.cause)
        told += `${at.stack}${JSON.stringify(at)}`;
      expect(told).not.toContain(canary.slice(0, 8));
      expect(told).not.toContain(token);
    }
  });
});

test.each(['', '/', 'a/', '../sys', 'a//b', 'a?b'])('a mount is not written "%s"', (mount) => {
  expect(() => vaultTransit({ url: proxy.url, token, mount })).toThrow(TypeError);
});

test('R-NET-1: without TLS it is for this machine alone', () => {
  expect(() => vaultTransit({ url: 'http://vault.example.com:8200', token })).toThrow('over https');
});
