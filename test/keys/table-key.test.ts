import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault, Outage } from '../../src/base/errors.ts';
import { describeTableKey, makeTableKey, openTableKey } from '../../src/keys/table-key.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import { type Bench, books, films, openBench } from './support.ts';

let bench: Bench;
const ofBooks = { caller: user, table: books, holder: 'store' };
const stranger = { ...user, arn: 'arn:aws:iam::999988887777:user/eve', account: '999988887777' };

beforeEach(async () => {
  bench = await openBench();
});

/** A refusal without its request id, which is new each time. */
async function refusedWith(call: () => unknown): Promise<string> {
  return (await refusalOf(call)).replace(/Request ID: [0-9a-f-]{36}/, 'Request ID: <id>');
}

describe('a table key', () => {
  test('is made by the service’s own right, which the caller gives it, and opened by the caller’s', async () => {
    const { service, keyArn } = bench;
    const made = await makeTableKey(service, { ...ofBooks, keyId: keyArn });
    expect(made.keyArn).toBe(keyArn);
    const wrapped = { keyArn, tableKey: made.ciphertext };
    const key = await openTableKey(service, { caller: user, table: books, wrapped });
    expect(key.destroyed).toBe(false);
    const through = `${user.arn} dynamodb.amazonaws.com`;
    expect(service.callers).toEqual([
      `DescribeKey ${through}`,
      'GenerateDataKey dynamodb.amazonaws.com dynamodb.amazonaws.com',
      `Decrypt ${through}`,
    ]);
  });

  test('R-DEP-1: of one table is damage where another’s belongs', async () => {
    const { service, keyArn } = bench;
    const { ciphertext } = await makeTableKey(service, { ...ofBooks, keyId: keyArn });
    const wrapped = { keyArn, tableKey: ciphertext };
    await expect(openTableKey(service, { caller: user, table: films, wrapped })).rejects.toThrow(
      IntegrityFault,
    );
  });

  test('under another key than the one named beside it is damage, and wiped', async () => {
    const { service, core, kms } = bench;
    const { arn } = await kms.keys.create(user, {});
    const made = await makeTableKey(service, { ...ofBooks, keyId: arn });
    made.key.destroy();
    const wrapped = { keyArn: bench.keyArn, tableKey: made.ciphertext };
    await expect(openTableKey(service, { caller: user, table: books, wrapped })).rejects.toThrow(
      IntegrityFault,
    );
    expect(core.aliveCount).toBe(0);
  });

  test('R-COM-1: with any byte changed is damage, and opens nothing', async () => {
    const { service, core, keyArn } = bench;
    const made = await makeTableKey(service, { ...ofBooks, keyId: keyArn });
    made.key.destroy();
    for (let at = 0; at < made.ciphertext.length; at++) {
      const tableKey = Uint8Array.from(made.ciphertext);
      tableKey[at] = (tableKey[at] ?? 0) ^ 1;
      const opened = openTableKey(service, { caller: user, table: books, wrapped: { keyArn, tableKey } });
      await expect(opened, `byte ${at}`).rejects.toMatchObject({
        name: 'IntegrityFault',
        place: { record: 'table key' },
      });
    }
    expect(core.aliveCount).toBe(0);
  });

  test('is asked for in vain while the key service is away', async () => {
    const { service, keyArn } = bench;
    const { ciphertext } = await makeTableKey(service, { ...ofBooks, keyId: keyArn });
    service.outage = new Outage('KeyServiceUnavailable');
    const wrapped = { keyArn, tableKey: ciphertext };
    await expect(openTableKey(service, { caller: user, table: books, wrapped })).rejects.toBe(service.outage);
  });
});

const hidden =
  'because the resource does not exist in this Region, no resource-based policies allow access, ' +
  'or a resource-based policy explicitly denies access';

describe('a key that cannot protect a table is refused', () => {
  const model = 'com.amazonaws.services.kms.model';
  const origin = (code: string) =>
    `(Service: AWSKMS; Status Code: 400; Error Code: ${code}; Request ID: <id>; Proxy: null)`;
  const missing = `arn:aws:kms:${region}:${account}:key/0f6f2a52-3a5d-4a0e-9d8c-5b1f4f0a7c11`;

  const cases: [string, (given: Bench) => Promise<string>, (keyArn: string) => string][] = [
    [
      'disabled',
      async ({ kms, keyArn }) => (await kms.keys.disable(user, keyArn)).arn,
      (arn) =>
        `KMS key disabled error: ${model}.DisabledException: ${arn} is disabled. ${origin('DisabledException')}`,
    ],
    [
      'pending deletion',
      async ({ kms, keyArn }) => (await kms.keys.scheduleDeletion(user, keyArn, 7)).arn,
      (arn) =>
        `KMS validation error: ${model}.KMSInvalidStateException: ${arn} is pending deletion. ` +
        origin('KMSInvalidStateException'),
    ],
    [
      'that is not there',
      async () => missing,
      () =>
        `KMS validation error: ${model}.NotFoundException: Key '${missing}' does not exist ` +
        origin('NotFoundException'),
    ],
    [
      'of an alias that is not there',
      async () => 'alias/nothing',
      () =>
        `KMS validation error: ${model}.NotFoundException: Alias arn:aws:kms:${region}:${account}:alias/nothing ` +
        `is not found. ${origin('NotFoundException')}`,
    ],
    [
      'of another region',
      async () => missing.replace(region, 'eu-west-1'),
      () =>
        `KMS validation error: ${model}.NotFoundException: Invalid arn eu-west-1 ${origin('NotFoundException')}`,
    ],
    [
      'of another account',
      async ({ kms }) => (await kms.keys.create(stranger, {})).arn,
      (arn) =>
        `KMS key access denied error: ${model}.AWSKMSException: User: ${user.arn} is not authorized to perform: ` +
        `kms:DescribeKey on resource: ${arn} ${hidden} ${origin('AccessDeniedException')}`,
    ],
    [
      'of another account, that is not there',
      async () => missing.replace(account, stranger.account),
      (arn) =>
        `KMS key access denied error: ${model}.AWSKMSException: User: ${user.arn} is not authorized to perform: ` +
        `kms:DescribeKey on resource: ${arn} ${hidden} ${origin('AccessDeniedException')}`,
    ],
  ];
  for (const [name, keyOf, message] of cases) {
    test(name, async () => {
      const keyId = await keyOf(bench);
      const expected = `TableKeyRefused: ${message(keyId)}`;
      const { service } = bench;
      expect(await refusedWith(() => describeTableKey(service, { caller: user, keyId }))).toBe(expected);
      const request = { ...ofBooks, keyId };
      expect(await refusedWith(() => makeTableKey(service, request))).toBe(expected);
    });
  }

  test('while a usable one is described, by whatever name it was given', async () => {
    const { kms, service, keyArn } = bench;
    await kms.aliases.create(user, 'alias/books', keyArn);
    for (const keyId of [keyArn, keyArn.slice(-36), 'alias/books'])
      expect(await describeTableKey(service, { caller: user, keyId })).toMatchObject({ arn: keyArn });
    const managed = await describeTableKey(service, { caller: user, keyId: 'alias/aws/dynamodb' });
    expect(managed.manager).toBe('AWS');
  });
});
