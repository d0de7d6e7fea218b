import { expect, test } from 'vitest';
import { openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { stranger, unknownKeyId } from '../../support/kms-api.ts';

test('a key is found by each of its names, and no call is counted', async () => {
  const { kms } = await openKms();
  const { keyId, arn } = await kms.keys.create(user, {});
  await kms.aliases.create(user, 'alias/books', keyId);
  const before = kms.meter.totals();
  for (const name of [keyId, arn, 'alias/books']) expect(kms.finder.arnOf(user, name)).toBe(arn);
  for (const name of [unknownKeyId, 'alias/nobody', 'garbage'])
    expect(kms.finder.arnOf(user, name)).toBeUndefined();
  expect(kms.finder.arnOf(stranger, keyId)).toBeUndefined();
  expect(kms.meter.totals()).toEqual(before);
});

test('a token names its grant, also one that was retired since', async () => {
  const { kms } = await openKms();
  const { arn } = await kms.keys.create(user, {});
  const terms = { grantee: user.arn, operations: ['Decrypt'] as const };
  const { grantId, token } = await kms.grants.create(user, { keyId: arn, ...terms });
  expect(kms.finder.grantOf(token)).toEqual({ keyArn: arn, grantId });
  await kms.grants.retire(user, { token });
  expect(kms.finder.grantOf(token)).toEqual({ keyArn: arn, grantId });
  for (const other of ['', 'garbage', `A${token}`]) expect(kms.finder.grantOf(other)).toBeUndefined();
});

test('a ciphertext names its key, also one that was deleted since', async () => {
  const { kms, clock } = await openKms();
  const { arn } = await kms.keys.create(user, {});
  const { key, ciphertext } = await kms.generateDataKey(user, arn, new Map());
  key.destroy();
  expect(kms.finder.arnOfCiphertext(user, ciphertext)).toBe(arn);
  expect(kms.finder.arnOfCiphertext(user, Uint8Array.of(1))).toBeUndefined();
  await kms.keys.scheduleDeletion(user, arn, 7);
  await clock.advanceAndSettle(7 * 86_400_000);
  expect(kms.summaries()).toEqual([]);
  expect(kms.finder.arnOfCiphertext(user, ciphertext)).toBe(arn);
});

test('a ciphertext names no key of another account, nor one of the service, to whoever holds it', async () => {
  const { kms, clock } = await openKms();
  const { arn } = await kms.keys.create(user, {});
  const owned = await kms.ownedKey(region);
  const sealed = async (keyArn: string) => {
    const { key, ciphertext } = await kms.generateDataKey(tableService, keyArn, new Map());
    key.destroy();
    return ciphertext;
  };
  const [ofCustomer, ofService] = [await sealed(arn), await sealed(owned)];
  const ownersNamesake = { ...user, account: '000000000000' };
  for (const caller of [user, stranger, ownersNamesake]) {
    expect(kms.finder.arnOfCiphertext(caller, ofService)).toBeUndefined();
  }
  expect(kms.finder.arnOfCiphertext(tableService, ofService)).toBe(owned);
  expect(kms.finder.arnOfCiphertext(stranger, ofCustomer)).toBeUndefined();
  await kms.keys.scheduleDeletion(user, arn, 7);
  await clock.advanceAndSettle(7 * 86_400_000);
  expect(kms.finder.arnOfCiphertext(stranger, ofCustomer)).toBeUndefined();
  expect(kms.finder.arnOfCiphertext({ ...stranger, service: 'dynamodb.amazonaws.com' }, ofCustomer)).toBe(
    arn,
  );
});

test('the service’s own keys are known for what they are, and shown to no caller', async () => {
  const { kms } = await openKms();
  const owned = await kms.ownedKey(region);
  const { arn } = await kms.keys.create(user, {});
  expect([owned, arn, 'nothing'].map((name) => kms.finder.isOwned(name))).toEqual([true, false, false]);
  expect(kms.finder.arnOf(user, owned)).toBeUndefined();
  expect(kms.finder.arnOf(tableService, owned)).toBe(owned);
});
