import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { vaultTransit } from '../src/kms/vault-transit.ts';
import { anchorPlaceOf, keyDirectoryOf, rootKeyOf } from '../src/places.ts';

const dir = join('/srv', 'data');

test('the key service has its own folder in the data, or the one that is named', () => {
  expect(keyDirectoryOf(dir, {})).toBe(join(dir, 'kms'));
  expect(keyDirectoryOf(dir, { keyDirectory: '/mnt/keys' })).toBe('/mnt/keys');
});

test('the root key is a file, the user’s own unless another is named, or a passphrase', () => {
  expect(rootKeyOf(dir, {}).place).toMatch(/cryptable.root\.key$/);
  expect(rootKeyOf(dir, { rootKey: { file: '/mnt/root.key' } }).place).toBe('/mnt/root.key');
  expect(rootKeyOf(dir, { rootKey: { passphrase: 'x' } }).place).not.toContain('/');
});

test('or it is sealed by a key service, or by a token', () => {
  const keyService = vaultTransit({ url: 'http://127.0.0.1:8200', token: 't' });
  expect(rootKeyOf(dir, { rootKey: { keyService, keyId: 'root' } }).place).toBe(`root (${keyService.name})`);
  const pkcs11 = { library: '/lib/hsm.so', token: 'main', pin: '1234' };
  const { place } = rootKeyOf(dir, { rootKey: { pkcs11 } });
  expect(place).toContain('token main');
  expect(place).not.toContain('1234');
});

test('what says none of these is refused by the names of those that there are', () => {
  for (const given of ['"./root.key"', '{}', 'null', '7']) {
    const rootKey = JSON.parse(given);
    expect(() => rootKeyOf(dir, { rootKey }), given).toThrow('rootKey is { file }, { passphrase }');
  }
});

describe('an anchor is kept', () => {
  const own = { read: async () => undefined, write: async () => {} };
  test.each([
    ['not in the data', {}, false],
    ['not in a folder below the data', { keyDirectory: join(dir, 'a', 'b') }, false],
    ['not in the data under another name of it', { keyDirectory: '/srv/other/../data/kms' }, false],
    ['in a folder elsewhere', { keyDirectory: '/mnt/keys' }, true],
    ['in a folder beside the data', { keyDirectory: '/srv/data-keys' }, true],
    ['in a folder whose name begins with dots', { keyDirectory: '/srv/..keys' }, true],
    ['in the data where it is asked for', { anchor: 'on' }, true],
    ['nowhere where it is switched off', { keyDirectory: '/mnt/keys', anchor: 'off' }, false],
  ] as const)('%s', (_, options, isKept) => {
    expect(anchorPlaceOf(dir, options) !== undefined).toBe(isKept);
  });

  test('where the caller says', () => expect(anchorPlaceOf(dir, { anchor: own })).toBe(own));
});
