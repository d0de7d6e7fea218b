import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { type KeyLossCause, keyLossCauses, keyLossReason } from '../../src/keys/key-loss.ts';
import { tableKeyRefusal } from '../../src/keys/key-refusal.ts';
import type { KeyState } from '../../src/kms/key-service.ts';
import { account, user } from '../support/embedded-kms.ts';
import { definitionOf, openTables } from '../support/open-tables.ts';
import { importInto } from '../support/wrapped-material.ts';

const dayMs = 86_400_000;

const table = { id: 'i', name: 'T', account: '111122223333', region: 'us-east-1' };
const keyArn = 'arn:aws:kms:us-east-1:111122223333:key/k';
const denied = (why: string) =>
  new Refusal('KeyAccessDenied', { message: `User: s is not authorized ${why}` });
const implicit = denied('because no resource-based policy allows the kms:Decrypt action');
const explicit = denied('with an explicit deny in a resource-based policy');
const disabled = new Refusal('KeyDisabled', { keyArn });
const gone = new Refusal('KeyNotFound', { keyArn });
const odd = new Refusal('KeyUsageWrong', { message: 'wrong' });

/** What DescribeKey answers: a state, or what it rejects with. */
type Described = KeyState | Refusal | Outage;

const cases: readonly (readonly [string, Refusal, Described, KeyLossCause])[] = [
  ['a disabled key', disabled, 'Disabled', 'disabled'],
  ['a key on its way out', disabled, 'PendingDeletion', 'pendingDeletion'],
  ['a primary key that waits for its replicas', disabled, 'PendingReplicaDeletion', 'pendingDeletion'],
  ['a key without material', disabled, 'PendingImport', 'materialGone'],
  ['a key whose store is away', disabled, 'Unavailable', 'unavailable'],
  ['a key that is being made', disabled, 'Creating', 'unavailable'],
  ['a key that is being changed', disabled, 'Updating', 'unavailable'],
  ['a key that is not there', gone, gone, 'deleted'],
  ['a key that nothing allows', implicit, 'Enabled', 'grantRevoked'],
  ['a key that a policy denies', explicit, 'Enabled', 'policyDenied'],
  ['a key that may not even be looked at', implicit, implicit, 'grantRevoked'],
  ['a key that is denied to whoever looks', explicit, explicit, 'policyDenied'],
  ['a key of the wrong kind', odd, 'Enabled', 'other'],
  [
    'a disabled key of which nothing more can be asked',
    disabled,
    new Outage('KeyServiceUnavailable'),
    'disabled',
  ],
  ['a deleted key of which nothing more can be asked', gone, new Outage('KeyServiceUnavailable'), 'deleted'],
];

describe('why a key is lost', () => {
  for (const [name, refusal, described, cause] of cases) {
    test(`${name}: ${cause}`, async () => {
      const asked: string[] = [];
      const service = {
        describeKey: async ({ arn }: { readonly arn: string }, keyId: string) => {
          asked.push(`${arn.startsWith('dynamodb.')} ${keyId}`);
          if (typeof described !== 'string') throw described;
          return { keyId: 'k', arn: keyArn, state: described, manager: 'CUSTOMER' as const };
        },
      };
      expect(await keyLossReason(service, { table, keyArn }, tableKeyRefusal(refusal))).toEqual({ cause });
      expect(asked).toEqual([`true ${keyArn}`]);
    });
  }

  test('comes with the date of a deletion that is scheduled', async () => {
    const described = { keyId: 'k', arn: keyArn, state: 'PendingDeletion', manager: 'CUSTOMER' } as const;
    const service = { describeKey: async () => ({ ...described, deletionMs: 7 }) };
    expect(await keyLossReason(service, { table, keyArn }, tableKeyRefusal(disabled))).toEqual({
      cause: 'pendingDeletion',
      keyDeletionMs: 7,
    });
  });

  test('has a case for each cause', () => {
    expect(new Set(cases.map(([, , , cause]) => cause))).toEqual(new Set(keyLossCauses));
  });

  test('is not asked of a key service that is broken', async () => {
    const service = { describeKey: () => Promise.reject(new TypeError('broken')) };
    await expect(keyLossReason(service, { table, keyArn }, tableKeyRefusal(disabled))).rejects.toThrow(
      'broken',
    );
  });
});

/** A table under a key that its owner can take away in every way there is. */
async function tableUnder(origin: 'AWS_KMS' | 'EXTERNAL') {
  const opened = await openTables();
  const { kms, tables, keys, clock } = opened;
  const { arn } = await kms.keys.create(user, { origin });
  const material = randomBytes(32);
  if (origin === 'EXTERNAL') await importInto(kms, arn, { material, validToMs: clock.nowMs() + dayMs });
  await tables.create(user, definitionOf('T', { kind: 'customer', keyId: arn }));
  const [watched] = tables.protectedTables();
  if (watched === undefined) throw new Error('there is no table');
  const loss = () => keys.findLoss(watched.identity);
  const cause = async () => (await loss())?.cause;
  expect(await cause()).toBeUndefined();
  return { ...opened, arn, material, cause, loss };
}

const denial = (arn: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
      { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: arn },
    ],
  });

describe('the embedded key service says of a table why its key is lost', () => {
  test('disabled, and back', async () => {
    const { kms, arn, cause } = await tableUnder('AWS_KMS');
    await kms.keys.disable(user, arn);
    expect(await cause()).toBe('disabled');
    await kms.keys.enable(user, arn);
    expect(await cause()).toBeUndefined();
  });

  test('scheduled for deletion, then disabled, and deleted', async () => {
    const { kms, arn, cause, clock, loss } = await tableUnder('AWS_KMS');
    await kms.keys.scheduleDeletion(user, arn, 7);
    expect(await cause()).toBe('pendingDeletion');
    expect((await loss())?.keyDeletionMs).toBe(clock.nowMs() + 7 * dayMs);
    await kms.keys.cancelDeletion(user, arn);
    expect(await cause()).toBe('disabled');
    await kms.keys.scheduleDeletion(user, arn, 7);
    await clock.advanceAndSettle(7 * dayMs);
    expect(await cause()).toBe('deleted');
  });

  test('without its material, expired or deleted, and back with it', async () => {
    const { kms, arn, material, cause, clock } = await tableUnder('EXTERNAL');
    await clock.advanceAndSettle(dayMs);
    expect(await cause()).toBe('materialGone');
    await importInto(kms, arn, { material });
    expect(await cause()).toBeUndefined();
    await kms.imports.delete(user, { keyId: arn });
    expect(await cause()).toBe('materialGone');
  });

  test('its grant revoked, and under another key from then on', async () => {
    const { kms, tables, arn, cause } = await tableUnder('AWS_KMS');
    const [grant] = kms.grants.list(user, arn, {}).grants;
    await kms.grants.revoke(user, { keyId: arn, grantId: grant?.grantId ?? '' });
    expect(await cause()).toBe('grantRevoked');
    await tables.changeEncryption(user, 'T', { kind: 'managed' });
    expect(await cause()).toBeUndefined();
  });

  test('denied by its policy, and allowed again', async () => {
    const { kms, arn, cause } = await tableUnder('AWS_KMS');
    const before = (await kms.keys.describe(user, arn)).policy;
    await kms.keys.putPolicy(user, { keyId: arn, policy: denial(arn) });
    expect(await cause()).toBe('policyDenied');
    await kms.keys.putPolicy(user, { keyId: arn, policy: before ?? '' });
    expect(await cause()).toBeUndefined();
  });
});
