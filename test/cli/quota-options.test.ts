import { Command } from 'commander';
import { expect, test } from 'vitest';
import { type QuotaFlags, quotasOf, withQuotaOptions } from '../../src/cli/quota-options.ts';

function parsed(...flags: readonly string[]) {
  const command = withQuotaOptions(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return quotasOf(command.parse(flags, { from: 'user' }).opts<QuotaFlags>());
}

test('keys of tables change as often as on AWS, and calls of KMS are not counted, unless it is said', () => {
  expect(parsed()).toEqual({ encryptionChangeQuota: 'aws', keyRequestQuota: 'none' });
  const flags = ['--key-change-quota', 'none', '--kms-request-quota', 'aws'];
  expect(parsed(...flags)).toEqual({ encryptionChangeQuota: 'none', keyRequestQuota: 'aws' });
  expect(parsed('--kms-request-quota', '250')).toMatchObject({ keyRequestQuota: 250 });
});

test('what is no quota is refused', () => {
  for (const text of ['0', '-1', '1.5', 'many', '']) {
    expect(() => parsed('--kms-request-quota', text), text).toThrow('a whole number above 0');
  }
});
