import { beforeEach, describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import { KeyServices } from '../../src/kms/key-services.ts';
import { RemoteKeys } from '../../src/kms/remote-keys.ts';
import { EmbeddedClient } from '../support/embedded-client.ts';
import { account, openKms, region, tableService, user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const context = new Map([['aws:dynamodb:tableName', 'Books']]);
/** No table was made, and so no grant. */
const byCallerAlone = { byCallerAlone: true };
let own: EmbeddedKms;
let elsewhere: EmbeddedKms;
let client: EmbeddedClient;
let both: KeyServices;
let alone: KeyServices;

beforeEach(async () => {
  own = (await openKms()).kms;
  elsewhere = (await openKms()).kms;
  client = new EmbeddedClient(elsewhere);
  const remote = new RemoteKeys({ core: createFallbackCore(), client, clock: new VirtualClock() });
  both = new KeyServices({ own, remote });
  alone = new KeyServices({ own, remote: undefined });
});

describe('beside a remote key service', () => {
  test('keys are its own by every name, and the embedded one’s by their ARN alone', async () => {
    const { arn } = await elsewhere.keys.create(user, {});
    const { arn: embedded, keyId } = await own.keys.create(user, {});
    expect(await both.describeKey(tableService, arn)).toMatchObject({ arn });
    const made = await both.generateDataKey(tableService, arn, context);
    expect(await both.decryptDataKey(tableService, made.ciphertext, context, byCallerAlone)).toMatchObject({
      keyArn: arn,
    });
    expect(client.asked).toEqual(['DescribeKey', 'GenerateDataKey', 'Decrypt', 'Decrypt']);
    expect(await refusalOf(() => both.describeKey(tableService, keyId))).toMatch(/^KeyNotFound/);
    expect(await both.describeKey(tableService, embedded)).toMatchObject({ arn: embedded });
    expect(await both.generateDataKey(tableService, embedded, context)).toMatchObject({ keyArn: embedded });
    expect(client.asked).toHaveLength(5);
  });

  test('a key of another account is the remote one’s where the embedded one has none of its ARN', async () => {
    const theirs = { ...user, account: '999988887777', arn: 'arn:aws:iam::999988887777:root' };
    const [{ arn: remote }, { arn: embedded }] = [
      await elsewhere.keys.create(theirs, {}),
      await own.keys.create(theirs, {}),
    ];
    await refusalOf(() => both.describeKey(tableService, remote));
    expect(client.asked).toEqual(['DescribeKey']);
    expect(await refusalOf(() => both.describeKey(tableService, embedded))).toMatch(/^KeyAccessDenied/);
    expect(client.asked).toEqual(['DescribeKey']);
  });

  test('owned and managed keys stay the embedded one’s, by every name', async () => {
    const owned = await both.ownedKey(region);
    const managedArn = `arn:aws:kms:${region}:${account}:alias/aws/dynamodb`;
    for (const name of [owned, 'alias/aws/dynamodb', managedArn]) {
      const { arn } = await both.describeKey(tableService, name);
      const made = await both.generateDataKey(tableService, arn, context);
      expect(made.keyArn).toBe(arn);
      expect(await both.decryptDataKey(tableService, made.ciphertext, context, byCallerAlone)).toMatchObject({
        keyArn: arn,
      });
    }
    const direct = await both.generateDataKey(tableService, 'alias/aws/dynamodb', context);
    expect(direct.keyArn).toContain(region);
    expect(client.asked).toEqual([]);
  });

  test('what the embedded one made before is still opened by it', async () => {
    const { arn } = await own.keys.create(user, {});
    const { ciphertext } = await alone.generateDataKey(tableService, arn, context);
    expect(await both.decryptDataKey(tableService, ciphertext, context, byCallerAlone)).toMatchObject({
      keyArn: arn,
    });
    expect(client.asked).toEqual([]);
  });

  test('changes of keys of both are told', async () => {
    const told: string[] = [];
    const stop = both.onKeyChange((arn) => void told.push(arn));
    const { arn: first } = await own.keys.create(user, {});
    const { arn: second } = await elsewhere.keys.create(user, {});
    const disable = async () => {
      await own.keys.disable(user, first);
      await elsewhere.keys.disable(user, second);
      await refusalOf(() => both.generateDataKey(tableService, second, context));
    };
    await disable();
    expect(told).toEqual([first, second]);
    stop();
    await own.keys.enable(user, first);
    expect(told).toEqual([first, second]);
  });

  test('closing ends what waits for it, and leaves the embedded one open', async () => {
    expect(both.remoteName).toBe(client.name);
    both.close();
    await expect(both.describeKey(tableService, 'x')).rejects.toMatchObject({ code: 'Closed' });
    expect(await both.ownedKey(region)).toContain(':key/');
    expect(client.closes).toBe(1);
  });
});

describe('alone', () => {
  test('the embedded one has all keys', async () => {
    const { arn } = await own.keys.create(user, {});
    const { ciphertext } = await alone.generateDataKey(tableService, arn, context);
    expect(await alone.decryptDataKey(tableService, ciphertext, context, byCallerAlone)).toMatchObject({
      keyArn: arn,
    });
    expect(alone.remoteName).toBeUndefined();
    alone.close();
  });

  test('a key of another service is an outage that says what is missing, and no damage', async () => {
    const { arn } = await elsewhere.keys.create(user, {});
    const { ciphertext } = await both.generateDataKey(tableService, arn, context);
    await expect(
      alone.decryptDataKey(tableService, ciphertext, context, byCallerAlone),
    ).rejects.toMatchObject({
      code: 'KeyServiceUnavailable',
      message: expect.stringContaining('none is named'),
    });
  });
});
