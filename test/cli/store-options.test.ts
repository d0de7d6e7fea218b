import { describe, expect, test } from 'vitest';
import { keyDirectoryOf, keyServiceOf, rootKeyOf } from '../../src/cli/store-options.ts';

describe('where the root key comes from', () => {
  test('the default is left to the engine', () => expect(rootKeyOf({}, {})).toEqual({}));

  test('a file', () => expect(rootKeyOf({ rootKey: 'k' }, {})).toEqual({ rootKey: { file: 'k' } }));

  test('a passphrase, which the environment then forgets', () => {
    const environment = { SECRET: 'open sesame', HOME: 'kept' };
    expect(rootKeyOf({ passphraseEnv: 'SECRET' }, environment)).toEqual({
      rootKey: { passphrase: 'open sesame' },
    });
    expect(environment).toEqual({ HOME: 'kept' });
  });

  test('a token, or a key service, that has sealed it', () => {
    const uri = 'pkcs11:token=main?module-path=/lib/hsm.so&pin-source=/run/pin';
    const pkcs11 = { library: '/lib/hsm.so', token: 'main', pin: { file: '/run/pin' } };
    expect(rootKeyOf({ rootKey: uri }, {})).toEqual({ rootKey: { pkcs11 } });
    const environment = { VAULT_ADDR: 'http://127.0.0.1:8200' };
    expect(rootKeyOf({ rootKey: 'vault:root' }, environment)).toMatchObject({ rootKey: { keyId: 'root' } });
    expect(rootKeyOf({ rootKey: './vault:root' }, {})).toEqual({ rootKey: { file: './vault:root' } });
  });

  test('both at once are refused', () => {
    expect(() => rootKeyOf({ rootKey: 'k', passphraseEnv: 'SECRET' }, { SECRET: 'x' })).toThrow('not both');
  });

  for (const environment of [{}, { SECRET: '' }]) {
    test(`a variable that is ${'SECRET' in environment ? 'empty' : 'not set'} is refused by its name`, () => {
      expect(() => rootKeyOf({ passphraseEnv: 'SECRET' }, environment)).toThrow('names SECRET');
    });
  }
});

test('where the keys are is left to the engine unless a folder is named', () => {
  expect(keyDirectoryOf({})).toEqual({});
  expect(keyDirectoryOf({ kms: '/mnt/keys' })).toEqual({ keyDirectory: '/mnt/keys' });
});

test('who has the keys of customers is left to the engine unless a key service is named', () => {
  expect(keyServiceOf({})).toEqual({});
  expect(keyServiceOf({ keyService: 'aws:us-east-1' }, {})).toMatchObject({
    keyService: { name: 'AWS KMS in us-east-1' },
  });
});
