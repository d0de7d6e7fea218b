import { describe, expect, test } from 'vitest';
import { bareTableName, indexArn, tableArn } from '../../src/tables/table-name.ts';

const here = { account: '111122223333', region: 'eu-north-1' };
const arn = 'arn:aws:dynamodb:eu-north-1:111122223333:table/Books';

test('an ARN tells region, account and name', () => {
  expect(tableArn(here, 'Books')).toBe(arn);
});

describe('a table is named', () => {
  const cases: readonly (readonly [given: string, name: string | undefined, why: string])[] = [
    ['Books', 'Books', 'bare'],
    ['arn', 'arn', 'bare, like the beginning of an ARN'],
    ['arn.aws', 'arn.aws', 'bare, with a dot'],
    [arn, 'Books', 'by its ARN'],
    // A policy that denies something of the table names it by its own ARN (R-POL-1).
    [arn.replace('arn:aws:', 'arn:aws-cn:'), undefined, 'by an ARN of another partition'],
    [arn.replace('arn:aws:', 'arn:aws-:'), undefined, 'by an ARN of a partition that is none'],
    [arn.replace('eu-north-1', 'eu-west-1'), undefined, 'in another region'],
    [arn.replace('111122223333', '444455556666'), undefined, 'in another account'],
    [arn.replace('dynamodb', 'kms'), undefined, 'by the ARN of another service'],
    [`${arn}/index/by-title`, undefined, 'by the ARN of an index'],
    [arn.replace('table/', ''), undefined, 'by an ARN without its kind'],
    [`${arn}\n`.replace('Books', ''), '\n', 'by an ARN with a name that no table has'],
    ['arn:', undefined, 'by nothing but the beginning of an ARN'],
  ];
  for (const [given, name, why] of cases) {
    test(`${why}: ${JSON.stringify(given)}`, () => {
      expect(bareTableName(here, given)).toBe(name);
    });
  }
});

test('an index has an ARN below that of its table', () => {
  expect(indexArn({ account: '111122223333', region: 'eu-west-1' }, 'T', 'by-a')).toBe(
    'arn:aws:dynamodb:eu-west-1:111122223333:table/T/index/by-a',
  );
});
