import { describe, expect, test } from 'vitest';
import { keyDirectoryOf, rootKeyOf } from '../../src/cli/store-options.ts';

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
