import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { type RootKeyPkcs11Options, rootKeyFromPkcs11 } from '../../../src/kms/embedded/root-key-pkcs11.ts';
import { fixedRootKey, user } from '../../support/embedded-kms.ts';
import {
  hasSoftToken,
  openSoftTokens,
  type SoftTokens,
  softTokenLibrary,
  tokenPin,
} from '../../support/soft-token.ts';

const core = createFallbackCore();
const token = { library: softTokenLibrary, token: 'cryptable', key: 'root', pin: tokenPin };
const openWith = (storage: MemoryRecordStorage, options: Partial<RootKeyPkcs11Options> = {}) =>
  EmbeddedKms.open({ core, storage, rootKey: rootKeyFromPkcs11({ ...token, ...options }) });
const outage = (code: string, hint = '') =>
  expect.objectContaining({ name: 'Outage', code, message: expect.stringContaining(hint) });

describe.skipIf(!hasSoftToken)('a store whose root key a token has sealed', () => {
  let tokens: SoftTokens;
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-pin-'));
  beforeAll(() => {
    tokens = openSoftTokens();
    for (const label of ['cryptable', 'other', 'going', 'twin', 'twin']) tokens.create(label);
  });
  afterAll(() => {
    tokens.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function made(options: Partial<RootKeyPkcs11Options> = {}): Promise<MemoryRecordStorage> {
    const storage = new MemoryRecordStorage();
    const kms = await openWith(storage, options);
    await kms.keys.create(user, {});
    await kms.close();
    return storage;
  }

  test('opens with it again and again, its PIN in a file or not', async () => {
    const storage = await made();
    const file = join(folder, 'pin');
    writeFileSync(file, `${tokenPin}\n`);
    for (const pin of [tokenPin, { file }]) {
      const kms = await openWith(storage, { pin });
      expect(kms.summaries()).toHaveLength(1);
      expect(kms.rootKeyPlace).toBe('key root of PKCS#11 token cryptable');
      await kms.close();
    }
  });

  test('has a root key of its own, though the token’s key is the same', async () => {
    const headers = [];
    for (const storage of [await made(), await made()]) {
      const header = (await storage.load()).find(({ id }) => id === 'header');
      headers.push(/"wrapped":"([0-9a-f]+)"/.exec(Buffer.from(header?.body ?? []).toString('latin1'))?.[1]);
    }
    expect(headers[0]).toMatch(/^[0-9a-f]{120}$/);
    expect(headers[0]).not.toBe(headers[1]);
  });

  const failing: [string, Partial<RootKeyPkcs11Options>, ReturnType<typeof outage>][] = [
    ['a wrong PIN', { pin: '9999' }, outage('RootKeyRefused', 'PIN of the token is wrong')],
    ['no PIN', { pin: '' }, outage('RootKeyRefused', 'PIN is empty')],
    [
      'a file that is not there',
      { pin: { file: '/nowhere/pin' } },
      outage('RootKeyRefused', 'cannot be read'),
    ],
    ['a token that is not there', { token: 'nobody' }, outage('RootKeyMissing', 'No token labelled nobody')],
    ['one of two tokens of a name', { token: 'twin' }, outage('RootKeyMissing', '2 tokens')],
    ['a token without the key', { token: 'other' }, outage('RootKeyMissing', 'No AES key labelled root')],
    ['a library that is not there', { library: '/nowhere.so' }, outage('RootKeyMissing', 'cannot be loaded')],
  ];
  for (const [name, options, fault] of failing) {
    test(`does not open with ${name}`, async () => {
      await expect(openWith(await made(), options)).rejects.toEqual(fault);
    });
  }

  test('does not open with another key of the same name, and not with another root key', async () => {
    const storage = await made();
    await made({ token: 'other', key: 'second' });
    await expect(openWith(storage, { token: 'other', key: 'second' })).rejects.toEqual(
      outage('RootKeyWrong'),
    );
    await expect(EmbeddedKms.open({ core, storage, rootKey: fixedRootKey() })).rejects.toEqual(
      outage('RootKeyWrong'),
    );
    const file = new MemoryRecordStorage();
    await (await EmbeddedKms.open({ core, storage: file, rootKey: fixedRootKey() })).close();
    await expect(openWith(file)).rejects.toEqual(outage('RootKeyWrong', 'is in a file'));
  });

  test('does not open once its token has gone', async () => {
    const storage = await made({ token: 'going' });
    tokens.remove('going');
    await expect(openWith(storage, { token: 'going' })).rejects.toEqual(outage('RootKeyMissing', 'No token'));
  });
});
