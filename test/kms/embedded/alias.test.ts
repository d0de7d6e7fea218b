import { describe, expect, test } from 'vitest';
import { aliasArn, checkAliasName } from '../../../src/kms/embedded/alias.ts';
import { refusalOf } from '../../support/refusal.ts';

const noPrefix =
  'Validation: Alias must start with the prefix "alias/". Please see ' +
  'https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html';

describe('the name of an alias', () => {
  for (const name of [
    'alias/a',
    'alias/a/b_c-D9',
    'alias/awsome',
    `alias/${'x'.repeat(250)}`,
    'alias/AWS/x',
  ]) {
    test(`may be ${name.slice(0, 20)}`, async () => {
      expect(await refusalOf(() => checkAliasName(name))).toBe('answered');
    });
  }
  const refused: [string, string | RegExp][] = [
    ['x', noPrefix],
    ['Alias/x', noPrefix],
    ['aliasx', noPrefix],
    ['alias/aws/dynamodb', 'AliasReserved'],
    ['alias/aws/mine', 'AliasReserved'],
    ['alias/aws', 'AliasReserved'],
    ['alias/', /^InvalidAliasName/],
    ['alias/a:b', 'InvalidAliasName: alias/a:b contains invalid characters for an alias'],
    ['alias/a b', 'InvalidAliasName: alias/a b contains invalid characters for an alias'],
    ['alias/\u00e9', 'InvalidAliasName: alias/\u00e9 contains invalid characters for an alias'],
    [`alias/${'x'.repeat(251)}`, /^InvalidAliasName/],
  ];
  for (const [name, refusal] of refused) {
    test(`may not be ${name.slice(0, 20)}`, async () => {
      expect(await refusalOf(() => checkAliasName(name))).toMatch(refusal);
    });
  }
});

test('the ARN of an alias holds its prefix', () => {
  expect(aliasArn('eu-west-1', '111122223333', 'alias/a')).toBe('arn:aws:kms:eu-west-1:111122223333:alias/a');
});
