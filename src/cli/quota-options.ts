/** How often keys may be used and changed: `--kms-request-quota` and `--key-change-quota`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OpenOptions } from '../index.ts';

export interface QuotaFlags {
  readonly keyChangeQuota: NonNullable<OpenOptions['encryptionChangeQuota']>;
  readonly kmsRequestQuota: NonNullable<OpenOptions['keyRequestQuota']>;
}

export function withQuotaOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--key-change-quota <which>',
        'how often a table may be put under another key: as on AWS, or at will',
      )
        .choices(['aws', 'none'])
        .default('aws'),
    )
    .addOption(
      new Option(
        '--kms-request-quota <quota>',
        'KMS calls that an account has a second: none bounds nothing, aws as there, a number its cryptographic ones',
      )
        .argParser(requestQuota)
        .default('none'),
    );
}

export function quotasOf({
  keyChangeQuota,
  kmsRequestQuota,
}: QuotaFlags): Pick<OpenOptions, 'encryptionChangeQuota' | 'keyRequestQuota'> {
  return { encryptionChangeQuota: keyChangeQuota, keyRequestQuota: kmsRequestQuota };
}

function requestQuota(text: string): QuotaFlags['kmsRequestQuota'] {
  if (text === 'none' || text === 'aws') return text;
  const number = Number(text);
  if (/^\d+$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError('It takes none, aws, or a whole number above 0.');
}
