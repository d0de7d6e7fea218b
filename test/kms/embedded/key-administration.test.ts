import { describe, expect, test } from 'vitest';
import type { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

const dayMs = 86_400_000;

describe('a key', () => {
  test('comes back from a restart as it was', async () => {
    const { kms, reopen } = await openKms();
    const made = await kms.keys.create(user, {
      description: 'd\u00e9scription __proto__',
      tags: [{ key: '__proto__', value: 'x' }],
    });
    await kms.keys.tag(user, made.keyId, [{ key: 'b', value: '2' }]);
    await kms.keys.untag(user, made.keyId, ['none', 'b']);
    await kms.keys.updateDescription(user, made.keyId, 'another');
    const later = (await reopen()).keys.read(user, 'DescribeKey', made.keyId);
    expect(later).toEqual({ ...made, description: 'another' });
  });

  test('made for import has no material and waits for it', async () => {
    const { kms } = await openKms();
    const key = await kms.keys.create(user, { origin: 'EXTERNAL' });
    expect(key).toMatchObject({ state: 'PendingImport', materials: [] });
    expect(await refusalOf(() => kms.keys.enable(user, key.keyId))).toBe(
      `KeyInvalidState: ${key.arn} is pending import.`,
    );
    await kms.keys.scheduleDeletion(user, key.keyId, 7);
    expect((await kms.keys.cancelDeletion(user, key.keyId)).state).toBe('PendingImport');
  });

  test('is disabled, not enabled, when its deletion is cancelled', async () => {
    const { kms, clock } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    const dying = await kms.keys.scheduleDeletion(user, keyId, 9);
    expect(dying).toMatchObject({ state: 'PendingDeletion', deletionMs: clock.nowMs() + 9 * dayMs });
    expect(await refusalOf(() => kms.keys.scheduleDeletion(user, keyId, 7))).toBe(
      `KeyInvalidState: ${arn} is pending deletion.`,
    );
    const kept = await kms.keys.cancelDeletion(user, keyId);
    expect(kept.state).toBe('Disabled');
    expect(kept).not.toHaveProperty('deletionMs');
    expect(await refusalOf(() => kms.keys.cancelDeletion(user, keyId))).toBe(
      `KeyInvalidState: ${arn} is not pending deletion.`,
    );
    expect((await kms.keys.enable(user, keyId)).state).toBe('Enabled');
  });

  for (const days of [-1, 0, 6, 31, 365]) {
    test(`is not scheduled for deletion in ${days} days`, async () => {
      const { kms } = await openKms();
      const { keyId } = await kms.keys.create(user, {});
      expect(await refusalOf(() => kms.keys.scheduleDeletion(user, keyId, days))).toBe(
        'Validation: PendingWindowInDays must be between 7 and 30',
      );
      expect(kms.summaries()).toMatchObject([{ state: 'Enabled' }]);
    });
  }

  test('that is refused is not made, and changes nothing', async () => {
    const { kms } = await openKms();
    const tags = [{ key: 'aws:x', value: '' }];
    expect(await refusalOf(() => kms.keys.create(user, { tags }))).toMatch(/^TagRefused/);
    expect(await refusalOf(() => kms.keys.create(user, { policy: '{' }))).toMatch(/^MalformedPolicy/);
    expect(kms.summaries()).toEqual([]);
    expect(kms.commits).toBe(0);
  });

  test('that is already as asked costs no commit', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    const { commits } = kms;
    await kms.keys.enable(user, keyId);
    expect(kms.commits).toBe(commits);
  });
});

describe('the managed key', () => {
  const changes: [string, (kms: EmbeddedKms, keyId: string) => Promise<unknown>][] = [
    ['EnableKey', (kms, keyId) => kms.keys.enable(user, keyId)],
    ['DisableKey', (kms, keyId) => kms.keys.disable(user, keyId)],
    ['ScheduleKeyDeletion', (kms, keyId) => kms.keys.scheduleDeletion(user, keyId, 7)],
    ['CancelKeyDeletion', (kms, keyId) => kms.keys.cancelDeletion(user, keyId)],
    ['UpdateKeyDescription', (kms, keyId) => kms.keys.updateDescription(user, keyId, 'mine')],
    ['TagResource', (kms, keyId) => kms.keys.tag(user, keyId, [{ key: 'a', value: 'b' }])],
    ['UntagResource', (kms, keyId) => kms.keys.untag(user, keyId, ['a'])],
  ];
  for (const [operation, change] of changes) {
    test(`refuses ${operation} to everybody`, async () => {
      const { kms } = await openKms();
      const { keyId, arn } = await kms.describeKey(user, 'alias/aws/dynamodb');
      const { commits } = kms;
      expect(await refusalOf(() => change(kms, keyId))).toBe(
        `KeyAccessDenied: User: ${user.arn} is not authorized to perform: kms:${operation} on resource: ` +
          `${arn} because no resource-based policy allows the kms:${operation} action`,
      );
      expect(kms.commits).toBe(commits);
    });
  }
});

test('the list holds the caller’s customer and managed keys of the region', async () => {
  const { kms } = await openKms();
  const own = await kms.keys.create(user, {});
  const managed = await kms.describeKey(user, 'alias/aws/dynamodb');
  await kms.ownedKey(user.region);
  await kms.keys.create({ ...user, region: 'eu-west-1' }, {});
  await kms.keys.create({ ...user, account: '999988887777' }, {});
  expect(kms.keys.list(user).map(({ arn }) => arn)).toEqual([own.arn, managed.arn]);
});
