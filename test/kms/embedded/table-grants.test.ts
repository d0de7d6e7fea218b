import { describe, expect, test } from 'vitest';
import type { Caller, GrantForTable } from '../../../src/kms/key-service.ts';
import { account, openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const context = new Map([
  ['aws:dynamodb:tableName', 'Books'],
  ['aws:dynamodb:subscriberId', account],
]);
const service: Caller = { ...tableService, arn: 'dynamodb.amazonaws.com' };
const wantedOn = (keyArn: string): GrantForTable => ({
  keyArn,
  name: 'id-of-books',
  context,
  holder: 'store',
});

async function withKey() {
  const opened = await openKms();
  const { arn } = await opened.kms.keys.create(user, {});
  return { ...opened, arn };
}

describe('a grant for a table', () => {
  test('is one, however often it is asked for, and lets the service make and open the table’s key', async () => {
    const { kms, arn } = await withKey();
    const first = await kms.tableGrants.create(tableService, wantedOn(arn));
    expect(await kms.tableGrants.create(tableService, wantedOn(arn))).toBe(first);
    expect(await kms.tableGrants.adopt(service, wantedOn(arn))).toBe(first);
    const made = await kms.generateDataKey(service, arn, context);
    expect((await kms.decryptDataKey(service, made.ciphertext, context)).keyArn).toBe(arn);
    expect((await kms.decryptDataKey(tableService, made.ciphertext, context)).keyArn).toBe(arn);
    expect(kms.tableGrants.heldBy('store')).toEqual([
      { name: 'id-of-books', keyArn: arn, grantId: first, account },
    ]);
    expect(kms.tableGrants.heldBy('another')).toEqual([]);
  });

  test('lets the service do nothing for another table, and nobody else anything (R-DEP-1)', async () => {
    const { kms, arn } = await withKey();
    await kms.tableGrants.create(tableService, wantedOn(arn));
    const films = new Map([...context, ['aws:dynamodb:tableName', 'Films']]);
    expect(await refusalOf(() => kms.generateDataKey(service, arn, films))).toMatch(/^KeyAccessDenied/);
    const eve = { ...tableService, arn: 'arn:aws:iam::444455556666:root', account: '444455556666' };
    expect(await refusalOf(() => kms.generateDataKey(eve, arn, context))).toMatch(/^KeyAccessDenied/);
  });

  test('is given back by the service alone, and twice is once', async () => {
    const { kms, arn } = await withKey();
    await kms.tableGrants.create(tableService, wantedOn(arn));
    const [grant] = kms.tableGrants.heldBy('store');
    if (grant === undefined) throw new Error('it was made');
    const told: string[] = [];
    kms.onKeyChange((keyArn, change) => told.push(`${keyArn} ${change}`));
    await kms.tableGrants.retire(service, grant);
    await kms.tableGrants.retire(service, grant);
    expect(kms.grants.list(user, arn, {}).grants).toEqual([]);
    expect(told).toEqual([]);
    await kms.tableGrants.create(tableService, wantedOn(arn));
    const [again] = kms.tableGrants.heldBy('store');
    await kms.grants.revoke(user, { keyId: arn, grantId: again?.grantId ?? '' });
    expect(told).toEqual([`${arn} rights`]);
  });

  test('is not needed for the owned key, nor there for a key of another service', async () => {
    const { kms } = await withKey();
    for (const keyArn of [await kms.ownedKey(region), `arn:aws:kms:${region}:${account}:key/elsewhere`]) {
      expect(await kms.tableGrants.create(tableService, wantedOn(keyArn))).toBeUndefined();
      expect(await kms.tableGrants.adopt(service, wantedOn(keyArn))).toBeUndefined();
    }
  });

  test('is asked for as the caller', async () => {
    const { kms, arn } = await withKey();
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:CreateGrant', Resource: '*' };
    const allow = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
    await kms.keys.putPolicy(user, { keyId: arn, policy: JSON.stringify({ Statement: [allow, deny] }) });
    expect(await refusalOf(() => kms.tableGrants.create(tableService, wantedOn(arn)))).toBe(
      `KeyAccessDenied: User: ${user.arn} is not authorized to perform: kms:CreateGrant on resource: ${arn} ` +
        'with an explicit deny in a resource-based policy',
    );
    // What was there before grants is given one without asking, or it would be lost.
    expect(await kms.tableGrants.adopt(service, wantedOn(arn))).toMatch(/^[0-9a-f]{64}$/);
  });

  test('goes with its key', async () => {
    const { kms, arn, clock, reopen } = await withKey();
    await kms.tableGrants.create(tableService, wantedOn(arn));
    const [grant] = kms.tableGrants.heldBy('store');
    await kms.keys.scheduleDeletion(user, arn, 7);
    await clock.advance(8 * 86_400_000);
    const later = await reopen();
    expect(later.tableGrants.heldBy('store')).toEqual([]);
    if (grant !== undefined) await later.tableGrants.retire(service, grant);
  });
});
