import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { GrantRecord } from '../../src/kms/embedded/grant.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import {
  book,
  key,
  keyRefusalOf,
  kmsOrigin,
  openProtected,
  openT,
  putBook,
  readBook,
} from '../support/book-tables.ts';
import { allowing, boundCaller } from '../support/bound-caller.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  newKey,
  openTables,
  type TablesForTest,
} from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const ada = `arn:aws:iam::${account}:user/alice`;
const service = `dynamodb.${region}.amazonaws.com`;
const model = 'com.amazonaws.services.kms.model.AWSKMSException';

const grantsOn = ({ kms }: Pick<TablesForTest, 'kms'>, keyId: string): readonly GrantRecord[] =>
  kms.grants.list(user, keyId, {}).grants;
const customer = (keyId: string) => ({ kind: 'customer', keyId }) as const;

/** What was asked for and could not be awaited is done. */
async function settled({ tables }: Pick<TablesForTest, 'tables'>): Promise<void> {
  await tables.grants.retireOthers();
}

describe('a table under a customer key', () => {
  test('has one grant of its own, made as its maker and held by the service (R-DEP-1)', async () => {
    const opened = await openProtected();
    const [grant, ...others] = grantsOn(opened, opened.keyArn);
    const { id } = await opened.tables.describe(user, 'T');
    expect(others).toEqual([]);
    expect(grant).toMatchObject({
      name: id,
      grantee: { kind: 'service', name: service },
      retiree: { kind: 'service', name: service },
      operations: [
        'DescribeKey',
        'GenerateDataKey',
        'Decrypt',
        'Encrypt',
        'ReEncryptFrom',
        'ReEncryptTo',
        'RetireGrant',
      ],
      constraints: {
        subset: [
          ['aws:dynamodb:tableName', 'T'],
          ['aws:dynamodb:subscriberId', account],
        ],
      },
      issuingAccount: account,
    });
    expect(grant?.grantId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('gives it back when it is deleted', async () => {
    const opened = await openProtected();
    await opened.tables.delete(user, 'T');
    await settled(opened);
    expect(grantsOn(opened, opened.keyArn)).toEqual([]);
  });

  test('gives it back when it is put under another key, where it has a new one', async () => {
    const opened = await openProtected();
    const next = await newKey(opened.kms);
    await opened.tables.changeEncryption(user, 'T', customer(next));
    await settled(opened);
    expect([grantsOn(opened, opened.keyArn).length, grantsOn(opened, next).length]).toEqual([0, 1]);
    await opened.tables.changeEncryption(user, 'T', { kind: 'owned' });
    await settled(opened);
    expect(grantsOn(opened, next)).toEqual([]);
    expect(await readBook(opened.tables)).toEqual(book('a'));
  });

  test('keeps it while its stream can still be read, and no longer', async () => {
    const opened = await openTables();
    const keyArn = await newKey(opened.kms);
    const definition = definitionOf('T', customer(keyArn), { stream: 'KEYS_ONLY' });
    await opened.tables.create(user, definition);
    await opened.tables.delete(user, 'T');
    await settled(opened);
    expect(grantsOn(opened, keyArn)).toHaveLength(1);
    opened.clock.advance(49 * 3_600_000);
    await opened.tables.streams.trim();
    await settled(opened);
    expect(grantsOn(opened, keyArn)).toEqual([]);
  });

  test('keeps it over a restart and a crash, and so does a table of the managed key', async () => {
    const opened = await openProtected();
    await opened.tables.create(user, definitionOf('M', { kind: 'managed' }));
    const managed = (await opened.tables.describe(user, 'M')).sse?.keyArn ?? '';
    const before = [grantsOn(opened, opened.keyArn), grantsOn(opened, managed)];
    const again = await (await opened.restart()).restart({ crash: true });
    await settled(again);
    expect([grantsOn(again, opened.keyArn), grantsOn(again, managed)]).toEqual(before);
    expect(await readBook(again.tables)).toEqual(book('a'));
  });
});

describe('a grant that is revoked', () => {
  const revoked = async () => {
    const opened = await openProtected();
    const [grant] = grantsOn(opened, opened.keyArn);
    const table = await openT(opened.tables);
    await opened.kms.grants.revoke(user, { keyId: opened.keyArn, grantId: grant?.grantId ?? '' });
    return { ...opened, table };
  };
  const text = (keyArn: string) =>
    `TableKeyRefused: KMS key access denied error: ${model}: User: dynamodb.amazonaws.com is not authorized to ` +
    `perform: kms:Decrypt on resource: ${keyArn} because no resource-based policy allows the kms:Decrypt action ` +
    kmsOrigin('AccessDeniedException');

  test('takes the table from everyone at once, the service included, whatever they may themselves (R-REV-1)', async () => {
    const { tables, keys, keyArn } = await revoked();
    expect(await keyRefusalOf(() => openT(tables))).toBe(text(keyArn));
    const [table] = tables.protectedTables();
    expect(table).toBeDefined();
    const refusal = table === undefined ? undefined : await keys.check(table.identity);
    expect(refusal?.details.denied).toBe(true);
  });

  test('is not made again by a restart', async () => {
    const { restart, keyArn } = await revoked();
    const again = await restart();
    expect(grantsOn(again, keyArn)).toEqual([]);
    expect(await keyRefusalOf(() => openT(again.tables))).toBe(text(keyArn));
  });

  test('is no hindrance to another key, which heals the table', async () => {
    const opened = await revoked();
    await opened.tables.changeEncryption(user, 'T', customer(await newKey(opened.kms)));
    expect(await readBook(opened.tables)).toEqual(book('a'));
  });

  test('can be made again by the key’s owner, for that table alone', async () => {
    const { kms, tables, keyArn } = await revoked();
    const request = (name: string) => ({
      keyId: keyArn,
      granteeService: 'dynamodb.amazonaws.com',
      retireeService: 'dynamodb.amazonaws.com',
      operations: ['Decrypt', 'GenerateDataKey', 'DescribeKey'] as const,
      sourceArn: `arn:aws:dynamodb:${region}:${account}:table/${name}`,
    });
    await kms.grants.create(user, request('U'));
    expect(await keyRefusalOf(() => openT(tables))).toBe(text(keyArn));
    // The service alone can name itself without a resource; what a person grants it is bound to one.
    await kms.grants.create(user, request('T'));
    expect(await readBook(tables)).toEqual(book('a'));
  });
});

describe('whoever makes a table', () => {
  const policyFor = (actions: readonly string[], condition: object = {}) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: ada }, Action: actions, Resource: '*', ...condition },
      ],
    });
  const create = async (policy: string) => {
    const opened = await openTables();
    const { arn } = await opened.kms.keys.create(user, { policy });
    const outcome = await keyRefusalOf(() =>
      opened.tables.create(boundCaller(ada, []), definitionOf('T', customer(arn))),
    );
    return { ...opened, arn, outcome };
  };

  test('needs DescribeKey and CreateGrant of the key, and no more', async () => {
    const { outcome } = await create(policyFor(['kms:DescribeKey', 'kms:CreateGrant']));
    expect(outcome).toBe('answered');
  });

  test('may be let in for what a service keeps for them, and only so (aws-behaviour §4.5)', async () => {
    const { kms, arn, outcome } = await create(
      policyFor(['kms:DescribeKey', 'kms:CreateGrant'], {
        Condition: { BoolIfExists: { 'kms:GrantIsForAWSResource': true } },
      }),
    );
    expect(outcome).toBe('answered');
    const direct = { keyId: arn, grantee: ada, operations: ['Decrypt'] as const };
    expect(await refusalOf(() => kms.grants.create(boundCaller(ada, []), direct))).toMatch(
      /^KeyAccessDenied: .*CreateGrant/,
    );
  });

  for (const [missing, actions] of [
    ['CreateGrant', ['kms:DescribeKey', 'kms:Decrypt', 'kms:GenerateDataKey']],
    ['DescribeKey', ['kms:CreateGrant']],
  ] as const) {
    test(`is refused without ${missing}, and nothing is left behind`, async () => {
      const { arn, outcome, tables, kms } = await create(policyFor(actions));
      expect(outcome).toBe(
        `TableKeyRefused: KMS key access denied error: ${model}: User: ${ada} is not authorized to perform: ` +
          `kms:${missing} on resource: ${arn} because no resource-based policy allows the kms:${missing} action ` +
          kmsOrigin('AccessDeniedException'),
      );
      expect(await tables.list(user, undefined, 10)).toEqual([]);
      expect(grantsOn({ kms }, arn)).toEqual([]);
    });
  }

  for (const spec of ['RSA_2048', 'HMAC_256'] as const) {
    test(`is answered as by AWS’s own fault for a key of ${spec}`, async () => {
      const { kms, tables } = await openTables();
      const usage = spec === 'RSA_2048' ? 'ENCRYPT_DECRYPT' : 'GENERATE_VERIFY_MAC';
      const { arn } = await kms.keys.create(user, { spec, usage });
      expect(await keyRefusalOf(() => tables.create(user, definitionOf('T', customer(arn))))).toBe(
        `TableKeyRefused: KMS internal error: ${model}: EncryptionContext is supported only when creating a grant ` +
          `for a symmetric encryption KMS key. ${kmsOrigin('ValidationException')}`,
      );
      expect(grantsOn({ kms }, arn)).toEqual([]);
    });
  }
});

describe('whoever reads a table', () => {
  const reader = (policies: readonly string[]): Caller => boundCaller(ada, policies);
  test('needs Decrypt of its key, by way of the service if the policy says so', async () => {
    const { tables, keyArn, kms } = await openProtected();
    const decrypt = allowing('kms:Decrypt', keyArn);
    expect((await (await openT(tables, 'T', reader([decrypt]))).get(key('a')))?.item).toEqual(book('a'));
    expect(await keyRefusalOf(() => openT(tables, 'T', reader([])))).toMatch(
      /User: .*alice is not authorized to perform: kms:Decrypt .* because no identity-based policy allows/,
    );
    const viaService = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'kms:*', Resource: '*' },
        {
          Effect: 'Allow',
          Principal: { AWS: ada },
          Action: 'kms:Decrypt',
          Resource: '*',
          Condition: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
        },
      ],
    };
    await kms.keys.putPolicy(user, { keyId: keyArn, policy: JSON.stringify(viaService) });
    expect((await (await openT(tables, 'T', reader([]))).get(key('a')))?.item).toEqual(book('a'));
    // E17: the wrapped key, taken to the key service directly, opens for nobody who may only come through the service.
    const context = new Map([['aws:dynamodb:tableName', 'T']]);
    const sealed = kms.use.encrypt(user, { keyId: keyArn, context, plaintext: Buffer.from('x') });
    expect(await refusalOf(() => kms.use.decrypt(reader([]), { ...sealed, context }))).toMatch(
      /^KeyAccessDenied/,
    );
  });

  test('loses a right of their own within 300 seconds, and not one later (R-REV-1)', async () => {
    const { tables, keyArn, clock } = await openProtected();
    const connection = newConnection();
    const open = (policies: readonly string[]) =>
      keyRefusalOf(() => tables.open(reader(policies), connection, 'T'));
    expect(await open([allowing('kms:Decrypt', keyArn)])).toBe('answered');
    clock.advance(299_999);
    expect(await open([])).toBe('answered');
    clock.advance(1);
    expect(await open([])).toMatch(/because no identity-based policy allows the kms:Decrypt action/);
  });

  test('is refused within the same turn where the policy denies everyone, root too (R-REV-1)', async () => {
    const { tables, keyArn, kms } = await openProtected();
    const table = await openT(tables);
    await putBook(table, book('b'));
    const { policy } = kms.keys.read(user, 'GetKeyPolicy', keyArn);
    const { Statement, ...rest } = JSON.parse(policy);
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' };
    await kms.keys.putPolicy(user, {
      keyId: keyArn,
      policy: JSON.stringify({ ...rest, Statement: [...Statement, deny] }),
    });
    expect(await keyRefusalOf(() => openT(tables))).toMatch(
      /kms:Decrypt .* with an explicit deny in a resource-based policy/,
    );
    await kms.keys.putPolicy(user, { keyId: keyArn, policy });
    expect(await readBook(tables)).toEqual(book('a'));
  });
});

describe('between a grant and its table', () => {
  test('a commit that fails leaves no grant once the store says what became of it', async () => {
    let fails = false;
    const opened = await openTables({
      wrapStore: (memory) => ({
        ...bound(memory),
        commit: async (change) => {
          if (fails) throw new Outage('StoreUnavailable');
          await memory.commit(change);
        },
      }),
    });
    const keyArn = await newKey(opened.kms);
    fails = true;
    await expect(opened.tables.create(user, definitionOf('T', customer(keyArn)))).rejects.toThrow(Outage);
    fails = false;
    await settled(opened);
    expect(grantsOn(opened, keyArn)).toEqual([]);
  });

  test('a crash leaves a grant that the next opening finds, and no table without its grant', async () => {
    const opened = await openTables();
    const keyArn = await newKey(opened.kms);
    await opened.tables.create(user, definitionOf('Kept', customer(keyArn)));
    const holder = Buffer.from(opened.memory.storeId).toString('hex');
    const wanted = { keyArn, name: 'a table that never was', context: new Map(), holder };
    await opened.kms.tableGrants.create({ ...user, service: 'dynamodb.amazonaws.com' }, wanted);
    await opened.kms.tableGrants.create(
      { ...user, service: 'dynamodb.amazonaws.com' },
      { ...wanted, name: 'of another', holder: 'another store' },
    );
    const again = await opened.restart({ crash: true });
    await settled(again);
    const left = grantsOn(again, keyArn).map(({ holder: of }) => of);
    expect(left.toSorted()).toEqual([holder, 'another store'].toSorted());
    await openT(again.tables, 'Kept');
  });

  test('a table from before there were grants gets one, once', async () => {
    const opened = await openProtected();
    const [grant] = grantsOn(opened, opened.keyArn);
    await forgetGrant(opened);
    const again = await opened.restart();
    const [made] = grantsOn(again, opened.keyArn);
    expect(made).toEqual({ ...grant, grantId: made?.grantId, createdMs: made?.createdMs });
    expect(await readBook(again.tables)).toEqual(book('a'));
    await again.kms.grants.revoke(user, { keyId: opened.keyArn, grantId: made?.grantId ?? '' });
    const later = await again.restart();
    expect(grantsOn(later, opened.keyArn)).toEqual([]);
  });

  test('so does one whose key is disabled, for when it comes back', async () => {
    const opened = await openProtected();
    await forgetGrant(opened);
    await opened.kms.keys.disable(user, opened.keyArn);
    const again = await opened.restart();
    await again.kms.keys.enable(user, opened.keyArn);
    expect(await readBook(again.tables)).toEqual(book('a'));
  });
});

function bound<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Makes the record and the key service as they were before the service had grants. */
async function forgetGrant({
  tables,
  kms,
  keyArn,
}: TablesForTest & { readonly keyArn: string }): Promise<void> {
  const [table] = tables.protectedTables();
  await tables.statuses.change(table?.identity.id ?? '', ({ keys: { grantId: _, ...keys }, ...record }) => ({
    ...record,
    keys,
  }));
  for (const { grantId } of grantsOn({ kms }, keyArn))
    await kms.grants.revoke(user, { keyId: keyArn, grantId });
}
