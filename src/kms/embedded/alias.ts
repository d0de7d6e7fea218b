/** What an alias is, and which names one may have. */
import { Refusal } from '../../base/errors.ts';

export interface AliasRecord {
  /** With its prefix, e.g. `alias/books`. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly targetKeyId: string;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export const aliasPrefix = 'alias/';
const reservedPrefix = 'alias/aws/';
/** The alias of the AWS managed key that protects tables. */
export const managedAlias = 'alias/aws/dynamodb';
export const aliasesPerKeyMax = 50;
const aliasBytesMax = 256;

export function aliasArn(region: string, account: string, name: string): string {
  return `arn:aws:kms:${region}:${account}:${name}`;
}

/** Refuses a name that no customer's alias can have: Validation, InvalidAliasName or AliasReserved. */
export function checkAliasName(name: string): void {
  if (!name.startsWith(aliasPrefix)) {
    const page = 'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';
    throw new Refusal('Validation', {
      message: `Alias must start with the prefix "${aliasPrefix}". Please see ${page}`,
    });
  }
  if (name.startsWith(reservedPrefix) || name === 'alias/aws') throw new Refusal('AliasReserved', {});
  if (!/^[a-zA-Z0-9/_-]+$/.test(name)) {
    throw new Refusal('InvalidAliasName', { message: `${name} contains invalid characters for an alias` });
  }
  if (name === aliasPrefix || name.length > aliasBytesMax) {
    throw new Refusal('InvalidAliasName', {
      message: 'An alias is alias/ and 1 to 250 letters, digits, slashes, underscores or hyphens.',
    });
  }
}
