import { describe, expect, test } from 'vitest';
import { keyServiceNamed, sealedRootKey } from '../../src/cli/key-service-option.ts';

const vault = { VAULT_TOKEN: 's.token' };
const arn = 'arn:aws:kms:eu-central-1:111122223333:key/0f6f2a52-3a5d-4a0e-9d8c-5b1f4f0a7c11';

describe('--key-service', () => {
  test.each([
    ['aws:eu-central-1', 'AWS KMS in eu-central-1'],
    ['aws:us-east-1,eu-west-1', 'AWS KMS in us-east-1, eu-west-1'],
    ['vault:https://vault.example.com:8200', 'Vault at vault.example.com:8200, transit'],
    ['vault:https://vault.example.com:8200/', 'Vault at vault.example.com:8200, transit'],
    ['vault:https://vault.example.com/team/transit', 'Vault at vault.example.com, team/transit'],
    ['vault:http://127.0.0.1:8200', 'Vault at 127.0.0.1:8200, transit'],
  ])('%s is %s', (text, name) => expect(keyServiceNamed(text, vault).name).toBe(name));

  test.each([
    ['', 'takes aws:REGION'],
    ['aws', 'takes aws:REGION'],
    ['gcp:somewhere', 'takes aws:REGION'],
    ['aws:us east', 'us-east-1'],
    ['vault:vault.example.com', 'https://host:port'],
    ['vault:http://vault.example.com:8200', 'over https'],
    ['vault:https://vault.example.com/../sys', 'mount'],
  ])('does not take "%s", in a sentence on how to write it', (text, words) => {
    const call = () => keyServiceNamed(text, vault);
    expect(call).toThrow(expect.objectContaining({ name: 'CommandFault', exitCode: 2 }));
    expect(call).toThrow(words);
  });
});

describe('--root-key', () => {
  test('aws-kms: takes the ARN of a key, which tells the region', () => {
    expect(sealedRootKey(`aws-kms:${arn}`, {})).toMatchObject({
      keyId: arn,
      keyService: { name: 'AWS KMS in eu-central-1' },
    });
    expect(() => sealedRootKey('aws-kms:alias/root', {})).toThrow('takes the ARN');
  });

  test('vault: takes the name of a key, at VAULT_ADDR', () => {
    const environment = { ...vault, VAULT_ADDR: 'https://vault.example.com:8200' };
    expect(sealedRootKey('vault:root', environment)).toMatchObject({
      keyId: 'root',
      keyService: { name: 'Vault at vault.example.com:8200, transit' },
    });
    expect(() => sealedRootKey('vault:root', vault)).toThrow('needs VAULT_ADDR');
  });

  test.each(['root.key', './vault:root', '/etc/root.key', 'aws:root.key', ''])('%s is a file', (text) => {
    expect(sealedRootKey(text, {})).toBeUndefined();
  });
});
