import { describe, expect, test } from 'vitest';
import { managedServices, tableService } from '../../../src/kms/embedded/managed-service.ts';
import { account, openKms, region, tableService as throughTables, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

test('every service has an alias of its own, tables first', () => {
  const aliases = managedServices.map(({ alias }) => alias);
  expect(aliases[0]).toBe('alias/aws/dynamodb');
  expect(managedServices[0]).toBe(tableService);
  expect(new Set(aliases).size).toBe(aliases.length);
  for (const alias of aliases) expect(alias).toMatch(/^alias\/aws\/[a-z0-9]+$/);
});

describe('the AWS managed key of a service other than tables', () => {
  test('is made by DescribeKey on its alias, by name or ARN, and says whose it is', async () => {
    const { kms } = await openKms();
    const { keyId, owner, description, policy } = await kms.keys.describe(user, 'alias/aws/s3');
    expect({ owner, description }).toEqual({
      owner: 'AWS',
      description: 'Default key that protects my S3 objects when no other key is defined',
    });
    expect(JSON.parse(policy)).toMatchObject({
      Id: 'auto-s3-1',
      Statement: [
        { Condition: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } } },
        { Sid: 'Allow direct access to key metadata to the account' },
      ],
    });
    const byArn = await kms.keys.describe(user, `arn:aws:kms:${region}:${account}:alias/aws/s3`);
    expect(byArn.keyId).toBe(keyId);
    expect((await kms.keys.describe(user, 'alias/aws/dynamodb')).keyId).not.toBe(keyId);
  });

  test('is no key for tables: it lets nobody but its service make a grant', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.describe(throughTables, 'alias/aws/ebs');
    const wanted = { keyArn: arn, name: 'table', context: new Map(), holder: 'store' };
    expect(await refusalOf(() => kms.tableGrants.create(throughTables, wanted))).toBe(
      `KeyAccessDenied: User: ${user.arn} is not authorized to perform: kms:CreateGrant on resource: ${arn} ` +
        'because no resource-based policy allows the kms:CreateGrant action',
    );
  });

  test('is not there under the name of a service that has none', async () => {
    const { kms } = await openKms();
    expect(await refusalOf(() => kms.keys.describe(user, 'alias/aws/books'))).toMatch(/^AliasNotFound/);
    expect(kms.keys.list(user)).toEqual([]);
  });
});
