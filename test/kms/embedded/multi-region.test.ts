import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { allowing, boundCaller } from '../../support/bound-caller.ts';
import { account, openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { importInto } from '../../support/wrapped-material.ts';

const context = new Map([['a', 'b']]);
const plaintext = Buffer.from('a secret of books');
const there = { ...user, region: 'eu-west-1' };

async function replicated() {
  const opened = await openKms();
  const primary = await opened.kms.keys.create(user, { multiRegion: true });
  const { keyId } = primary;
  const replica = await opened.kms.multiRegion.replicate(user, { keyId, region: there.region });
  return { ...opened, primary, replica, keyId };
}

describe('related multi-Region keys', () => {
  test('have one id, and open what the others sealed, also after a restart', async () => {
    const { reopen, primary, replica, keyId } = await replicated();
    expect([replica.keyId, replica.arn]).toEqual([keyId, primary.arn.replace(user.region, there.region)]);
    const kms = await reopen();
    for (const [from, to] of [
      [user, there],
      [there, user],
    ] as const) {
      const { ciphertext, keyArn } = kms.use.encrypt(from, { keyId, context, plaintext });
      expect(keyArn).toBe(from === user ? primary.arn : replica.arn);
      expect(Buffer.from(kms.use.decrypt(to, { ciphertext, context }).plaintext)).toEqual(plaintext);
    }
  });

  test('open nothing where there is none of them, and nothing that was changed', async () => {
    const { kms, keyId } = await replicated();
    const { ciphertext } = kms.use.encrypt(user, { keyId, context, plaintext });
    const elsewhere = { ...user, region: 'ap-south-1' };
    expect(await refusalOf(() => kms.use.decrypt(elsewhere, { ciphertext, context }))).toBe(
      'InvalidCiphertext',
    );
    const asUuid = ciphertext.with(0, 1);
    expect(await refusalOf(() => kms.use.decrypt(there, { ciphertext: asUuid, context }))).toBe(
      'InvalidCiphertext',
    );
    const changed = ciphertext.with(60, (ciphertext[60] ?? 0) ^ 1);
    expect(await refusalOf(() => kms.use.decrypt(there, { ciphertext: changed, context }))).toBe(
      'InvalidCiphertext',
    );
  });

  test('have states, aliases, descriptions and tags of their own', async () => {
    const { kms, keyId, primary, replica } = await replicated();
    await kms.aliases.create(there, 'alias/x', keyId);
    await kms.keys.updateDescription(there, keyId, 'there');
    await kms.keys.disable(there, keyId);
    expect(await refusalOf(() => kms.use.encrypt(there, { keyId, context, plaintext }))).toBe(
      `KeyDisabled: ${replica.arn} is disabled.`,
    );
    expect(kms.use.encrypt(user, { keyId, context, plaintext }).keyArn).toBe(primary.arn);
    expect(kms.aliases.list(user, keyId)).toEqual([]);
    expect(kms.keys.read(user, 'DescribeKey', keyId).description).toBe('');
    expect(kms.keys.list(there).map(({ arn }) => arn)).toEqual([replica.arn]);
  });

  test('protect tables in each region: a data key made here opens there', async () => {
    const { kms, keyId } = await replicated();
    const made = await kms.generateDataKey(tableService, keyId, context);
    const opened = await kms.decryptDataKey(
      { ...tableService, region: there.region },
      made.ciphertext,
      context,
      { byCallerAlone: true },
    );
    expect(opened.keyArn).toContain(there.region);
  });

  test('are rotated together, by the primary one', async () => {
    const { kms, keyId, replica } = await replicated();
    const older = kms.use.encrypt(there, { keyId, context, plaintext });
    await kms.rotations.rotateNow(user, keyId);
    const newer = kms.use.encrypt(there, { keyId, context, plaintext });
    expect(newer.materialId).not.toBe(older.materialId);
    for (const { ciphertext } of [older, newer]) {
      expect(Buffer.from(kms.use.decrypt(user, { ciphertext, context }).plaintext)).toEqual(plaintext);
    }
    expect(await refusalOf(() => kms.rotations.rotateNow(there, keyId))).toBe(
      `UnsupportedKeyOperation: ${replica.arn} is not a multi-region primary key.`,
    );
  });

  test('are gone one by one', async () => {
    const { kms, clock, keyId, primary } = await replicated();
    await kms.keys.scheduleDeletion(there, keyId, 7);
    await clock.advanceAndSettle(7 * 86_400_000);
    expect(await refusalOf(() => kms.describeKey(there, keyId))).toMatch(/^KeyNotFound/);
    expect(kms.multiRegion.family(primary).map(({ arn }) => arn)).toEqual([primary.arn]);
    expect(kms.use.encrypt(user, { keyId, context, plaintext }).keyArn).toBe(primary.arn);
    const { arn } = await kms.multiRegion.replicate(user, { keyId, region: there.region });
    expect((await kms.describeKey(there, keyId)).arn).toBe(arn);
  });
});

describe('replicating', () => {
  test('is refused for a replica, a key of one region, and where there is a key already', async () => {
    const { kms, keyId, replica, primary } = await replicated();
    const single = await kms.keys.create(user, {});
    const replicate = (caller: typeof user, id: string, region: string) =>
      refusalOf(() => kms.multiRegion.replicate(caller, { keyId: id, region }));
    expect(await replicate(there, keyId, 'ap-south-1')).toBe(
      `UnsupportedKeyOperation: ${replica.arn} is not a multi-region primary key.`,
    );
    expect(await replicate(user, single.keyId, 'ap-south-1')).toBe(
      `UnsupportedKeyOperation: ${single.arn} is not a multi-region primary key.`,
    );
    expect(await replicate(user, keyId, there.region)).toMatch(/^ReplicaExists/);
    expect(await replicate(user, keyId, user.region)).toMatch(/^ReplicaExists/);
    await kms.keys.disable(user, keyId);
    expect(await replicate(user, keyId, 'ap-south-1')).toBe(`KeyDisabled: ${primary.arn} is disabled.`);
  });

  test('takes no material that is imported along: the same is imported again, and no other', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, { multiRegion: true, origin: 'EXTERNAL' });
    const material = randomBytes(32);
    await importInto(kms, keyId, { material });
    const replica = await kms.multiRegion.replicate(user, { keyId, region: there.region });
    expect(replica.state).toBe('PendingImport');
    const other = () => importInto(kms, keyId, { material: randomBytes(32), caller: there });
    expect(await refusalOf(other)).toMatch(/^KeyMaterialWrong/);
    await importInto(kms, keyId, { material, caller: there });
    const { ciphertext } = kms.use.encrypt(user, { keyId, context, plaintext });
    expect(Buffer.from(kms.use.decrypt(there, { ciphertext, context }).plaintext)).toEqual(plaintext);
  });
});

describe('another primary region', () => {
  test('exchanges the roles of all related keys', async () => {
    const { kms, keyId, replica } = await replicated();
    await kms.multiRegion.replicate(user, { keyId, region: 'ap-south-1' });
    await kms.multiRegion.updatePrimaryRegion(user, { keyId, region: there.region });
    expect(
      kms.multiRegion.family(replica).map(({ region, primaryRegion }) => [region, primaryRegion]),
    ).toEqual([
      ['ap-south-1', there.region],
      [there.region, there.region],
      [user.region, there.region],
    ]);
    expect(await refusalOf(() => kms.multiRegion.replicate(user, { keyId, region: 'sa-east-1' }))).toMatch(
      /is not a multi-region primary key\.$/,
    );
    await kms.multiRegion.replicate(there, { keyId, region: 'sa-east-1' });
  });

  test('is refused for itself, a region without a key, from a replica, and where the key there may not', async () => {
    const { kms, keyId, primary, replica } = await replicated();
    const update = (caller: typeof user, region: string) =>
      refusalOf(() => kms.multiRegion.updatePrimaryRegion(caller, { keyId, region }));
    expect(await update(user, user.region)).toBe(`Validation: ${primary.arn} is the primary key already.`);
    expect(await update(user, 'ap-south-1')).toMatch(/^KeyNotFound: Key 'arn:aws:kms:ap-south-1:/);
    expect(await update(there, user.region)).toMatch(/^UnsupportedKeyOperation/);
    await kms.keys.scheduleDeletion(there, keyId, 7);
    expect(await update(user, there.region)).toBe(`KeyInvalidState: ${replica.arn} is pending deletion.`);
  });
});

describe('a primary key that is to be deleted', () => {
  const dayMs = 86_400_000;

  test('waits for its replicas, and then for its own period', async () => {
    const { kms, clock, keyId, primary, reopen } = await replicated();
    const scheduled = await kms.keys.scheduleDeletion(user, keyId, 10);
    expect(scheduled).toMatchObject({ state: 'PendingReplicaDeletion', deletionWindowDays: 10 });
    expect(scheduled).not.toHaveProperty('deletionMs');
    expect(await refusalOf(() => kms.use.encrypt(user, { keyId, context, plaintext }))).toBe(
      `KeyInvalidState: ${primary.arn} is pending replica deletion.`,
    );
    await clock.advanceAndSettle(100 * dayMs);
    await kms.keys.scheduleDeletion(there, keyId, 7);
    await clock.advanceAndSettle(7 * dayMs);
    expect(kms.keys.list(there)).toEqual([]);
    const left = kms.keys.read(user, 'DescribeKey', keyId);
    expect(left).toMatchObject({ state: 'PendingDeletion', deletionMs: clock.nowMs() + 10 * dayMs });
    expect(left).not.toHaveProperty('deletionWindowDays');
    const later = await reopen();
    await clock.advanceAndSettle(10 * dayMs - 1000);
    expect(later.keys.list(user)).toHaveLength(1);
    await clock.advanceAndSettle(1000);
    expect(later.keys.list(user)).toEqual([]);
  });

  test('stays where that is called off, disabled', async () => {
    const { kms, clock, keyId } = await replicated();
    await kms.keys.scheduleDeletion(user, keyId, 7);
    const kept = await kms.keys.cancelDeletion(user, keyId);
    expect(kept.state).toBe('Disabled');
    expect(kept).not.toHaveProperty('deletionWindowDays');
    await kms.keys.scheduleDeletion(there, keyId, 7);
    await clock.advanceAndSettle(30 * dayMs);
    expect(kms.keys.list(user).map(({ state }) => state)).toEqual(['Disabled']);
  });
});

describe('a caller whose own policies decide', () => {
  const ada = `arn:aws:iam::${account}:user/ada`;
  const denied = (action: string, resource: string) =>
    `KeyAccessDenied: User: ${ada} is not authorized to perform: kms:${action} on resource: ${resource} ` +
    `because no identity-based policy allows the kms:${action} action`;
  const tags = [{ key: 'a', value: '1' }];

  for (const [what, actions, refusal] of [
    ['nothing but to replicate', ['ReplicateKey'], denied('CreateKey', '*')],
    [
      'to replicate and to make keys, with no tags',
      ['ReplicateKey', 'CreateKey'],
      denied('TagResource', `arn:aws:kms:${there.region}:${account}:key/*`),
    ],
    ['to replicate, to make keys and to tag them', ['ReplicateKey', 'CreateKey', 'TagResource'], 'answered'],
  ] as const) {
    test(`and let it ${what}, replicates a key with tags: ${refusal.slice(0, 40)}`, async () => {
      const { kms } = await openKms();
      const { keyId } = await kms.keys.create(user, { multiRegion: true });
      const caller = boundCaller(
        ada,
        actions.map((action) => allowing(`kms:${action}`, '*')),
      );
      const replicate = () => kms.multiRegion.replicate(caller, { keyId, region: there.region, tags });
      expect(await refusalOf(replicate)).toBe(refusal);
    });
  }

  test('moves the primary key where both keys let it', async () => {
    const { kms, keyId, primary, replica } = await replicated();
    const move = (...arns: readonly string[]) => {
      const policies = arns.map((arn) => allowing('kms:UpdatePrimaryRegion', arn));
      const asked = { keyId, region: there.region };
      return refusalOf(() => kms.multiRegion.updatePrimaryRegion(boundCaller(ada, policies), asked));
    };
    expect(await move(replica.arn)).toBe(denied('UpdatePrimaryRegion', primary.arn));
    expect(await move(primary.arn)).toBe(denied('UpdatePrimaryRegion', replica.arn));
    expect(await move(primary.arn, replica.arn)).toBe('answered');
  });

  test('makes a key with tags where it may tag as well', async () => {
    const { kms } = await openKms();
    const may = (...actions: readonly string[]) =>
      boundCaller(
        ada,
        actions.map((action) => allowing(`kms:${action}`, '*')),
      );
    const anyKey = `arn:aws:kms:${region}:${account}:key/*`;
    expect(await refusalOf(() => kms.keys.create(may('CreateKey'), { tags }))).toBe(
      denied('TagResource', anyKey),
    );
    expect(await refusalOf(() => kms.keys.create(may('CreateKey'), {}))).toBe('answered');
    expect(await refusalOf(() => kms.keys.create(may('CreateKey', 'TagResource'), { tags }))).toBe(
      'answered',
    );
  });
});
