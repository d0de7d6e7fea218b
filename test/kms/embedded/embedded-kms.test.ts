import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { account, fixedRootKey, openKms, region, tableService, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';

/** No table stands behind these data keys, so that the service has no grant for them. */
const alone = { byCallerAlone: true };

const core = createFallbackCore();
const context = new Map([
  ['aws:dynamodb:tableName', 'Books'],
  ['aws:dynamodb:subscriberId', account],
]);

/** What a key seals, to compare two handles that show nothing. */
function opens(sealed: Uint8Array, key: Parameters<typeof core.openBytes>[0]): string {
  return Buffer.from(core.openBytes(key, sealed, new Uint8Array(0))).toString();
}
const sealWith = (key: Parameters<typeof core.sealBytes>[0]) =>
  core.sealBytes(key, Buffer.from('a page'), new Uint8Array(0));

describe('data keys for the table engine', () => {
  const kinds: [string, (kms: EmbeddedKms) => Promise<string>][] = [
    ['the owned key', (kms) => kms.ownedKey(region)],
    ['the managed key by its alias', async () => 'alias/aws/dynamodb'],
    ['a customer key by its ARN', async (kms) => (await kms.keys.create(user, {})).arn],
    ['a customer key by its id', async (kms) => (await kms.keys.create(user, {})).keyId],
  ];
  for (const [name, keyOf] of kinds) {
    test(`come back the same under ${name}, also after a restart`, async () => {
      const { kms, reopen } = await openKms();
      const made = await kms.generateDataKey(tableService, await keyOf(kms), context);
      const page = sealWith(made.key);
      const again = await kms.decryptDataKey(tableService, made.ciphertext, context, alone);
      expect(opens(page, again.key)).toBe('a page');
      expect(again.keyArn).toBe(made.keyArn);
      const later = await (await reopen()).decryptDataKey(tableService, made.ciphertext, context, alone);
      expect(opens(page, later.key)).toBe('a page');
      expect(made.keyArn).toMatch(/^arn:aws:kms:us-east-1:[0-9]{12}:key\/[0-9a-f-]{36}$/);
    });
  }

  test('are the receiver’s: destroying one leaves the service able to give it again', async () => {
    const { kms } = await openKms();
    const made = await kms.generateDataKey(tableService, await kms.ownedKey(region), context);
    made.key.destroy();
    expect((await kms.decryptDataKey(tableService, made.ciphertext, context, alone)).key.destroyed).toBe(
      false,
    );
  });

  test('under a customer key open through the API as well, for callers it lets in', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, {});
    const { ciphertext, key } = await kms.generateDataKey(tableService, arn, context);
    const { plaintext } = kms.use.decrypt(user, { ciphertext, context });
    expect(opens(sealWith(key), core.importKey(plaintext))).toBe('a page');
  });

  test('under managed and owned keys do not open for a caller of the API', async () => {
    const { kms } = await openKms();
    const managed = await kms.generateDataKey(tableService, 'alias/aws/dynamodb', context);
    const owned = await kms.generateDataKey(tableService, await kms.ownedKey(region), context);
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext: managed.ciphertext, context }))).toBe(
      `KeyAccessDenied: User: ${user.arn} is not authorized to perform: kms:Decrypt on resource: ` +
        `${managed.keyArn} because no resource-based policy allows the kms:Decrypt action`,
    );
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext: owned.ciphertext, context }))).toMatch(
      /^KeyAccessDenied: The ciphertext refers to a customer master key that does not exist/,
    );
  });

  test('a text of another length is no data key', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, {});
    const { ciphertext } = kms.use.encrypt(user, { keyId: arn, context, plaintext: new Uint8Array(31) });
    expect(await refusalOf(() => kms.decryptDataKey(tableService, ciphertext, context, alone))).toBe(
      'InvalidCiphertext',
    );
  });
});

describe('the AWS owned key', () => {
  test('is one a region, and stays the same', async () => {
    const { kms, reopen } = await openKms();
    const [first, second, elsewhere] = await Promise.all([
      kms.ownedKey(region),
      kms.ownedKey(region),
      kms.ownedKey('eu-west-1'),
    ]);
    expect(second).toBe(first);
    expect(elsewhere).not.toBe(first);
    expect(await (await reopen()).ownedKey(region)).toBe(first);
  });

  test('is invisible to every caller of the API', async () => {
    const { kms } = await openKms();
    const arn = await kms.ownedKey(region);
    const missing = `KeyNotFound: Key '${arn}' does not exist`;
    const asAccount = { ...user, account: '000000000000' };
    const denied = /^KeyAccessDenied: .* because the resource does not exist in this Region, /;
    for (const [caller, refusal] of [
      [user, denied],
      [asAccount, new RegExp(`^${missing}$`)],
    ] as const) {
      const sealing = { keyId: arn, context, plaintext: new Uint8Array(1) };
      expect(await refusalOf(() => kms.describeKey(caller, arn))).toMatch(refusal);
      expect(await refusalOf(() => kms.keys.disable(caller, arn))).toMatch(refusal);
      expect(await refusalOf(() => kms.use.encrypt(caller, sealing))).toMatch(refusal);
      expect(kms.keys.list(caller)).toEqual([]);
    }
    expect(kms.summaries()).toEqual([]);
  });
});

describe('the AWS managed key', () => {
  test('is made on first use, once, and by DescribeKey on its alias', async () => {
    const { kms } = await openKms();
    const [first, second] = await Promise.all([
      kms.describeKey(user, 'alias/aws/dynamodb'),
      kms.describeKey(user, `arn:aws:kms:${region}:${account}:alias/aws/dynamodb`),
    ]);
    expect(first).toMatchObject({ state: 'Enabled', manager: 'AWS' });
    expect(second).toEqual(first);
    expect((await kms.generateDataKey(tableService, 'alias/aws/dynamodb', context)).keyArn).toBe(first.arn);
    expect(kms.summaries()).toMatchObject([{ arn: first.arn, aliases: ['alias/aws/dynamodb'] }]);
  });

  test('is another one in another region', async () => {
    const { kms } = await openKms();
    const here = await kms.describeKey(user, 'alias/aws/dynamodb');
    const there = await kms.describeKey({ ...user, region: 'eu-west-1' }, 'alias/aws/dynamodb');
    expect(there.arn).not.toBe(here.arn);
  });
});

describe('listeners', () => {
  test('hear of every change of state once it holds, and of nothing else', async () => {
    const { kms } = await openKms();
    const heard: string[] = [];
    const stop = kms.onKeyChange((arn) => {
      const state = kms.summaries().find((key) => key.arn === arn)?.state ?? 'gone';
      heard.push(state);
    });
    const { keyId, arn } = await kms.keys.create(user, {});
    await kms.keys.updateDescription(user, keyId, 'read by nobody');
    await kms.aliases.create(user, 'alias/a', keyId);
    await kms.keys.enable(user, keyId);
    expect(heard).toEqual([]);
    await kms.keys.disable(user, keyId);
    await kms.keys.disable(user, keyId);
    await kms.keys.enable(user, keyId);
    await kms.keys.scheduleDeletion(user, keyId, 7);
    await kms.keys.cancelDeletion(user, arn);
    expect(heard).toEqual(['Disabled', 'Enabled', 'PendingDeletion', 'Disabled']);
    stop();
    await kms.keys.enable(user, keyId);
    expect(heard).toHaveLength(4);
  });

  test('that fail keep nothing from the others', async () => {
    const { kms } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    let calls = 0;
    kms.onKeyChange(() => {
      throw new Error('a listener of the test');
    });
    kms.onKeyChange(() => calls++);
    await kms.keys.disable(user, keyId);
    expect(calls).toBe(1);
  });

  test('hear of it before the caller does, and a use in between is refused (R-REV-1)', async () => {
    const { kms } = await openKms();
    const { arn } = await kms.keys.create(user, {});
    let refusal: Promise<string> | undefined;
    kms.onKeyChange(() => {
      refusal = refusalOf(() => kms.generateDataKey(tableService, arn, context));
    });
    await kms.keys.disable(user, arn);
    expect(await refusal).toBe(`KeyDisabled: ${arn} is disabled.`);
  });
});

describe('the storage', () => {
  test('fails: the caller hears of an outage, and the next change goes on from what is stored', async () => {
    const { kms, storage, reopen } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    const commit = storage.commit.bind(storage);
    storage.commit = async (change) => {
      await commit(change);
      throw new Error('the answer got lost');
    };
    const heard: string[] = [];
    kms.onKeyChange((arn) => heard.push(arn));
    await expect(kms.keys.disable(user, keyId)).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
    storage.commit = commit;
    await kms.keys.updateDescription(user, keyId, 'after the fault');
    expect(heard, 'the change that landed is told when it is found').toHaveLength(1);
    const [key] = (await reopen()).summaries();
    expect(key).toMatchObject({ state: 'Disabled', description: 'after the fault' });
  });

  test('shows no name: ids are random, and bodies hold no text of a key or alias', async () => {
    const { kms, storage } = await openKms();
    const { keyId } = await kms.keys.create(user, { description: 'needle in a description' });
    await kms.aliases.create(user, 'alias/needle', keyId);
    for (const { id, body } of await storage.load()) {
      expect(id).toMatch(/^(header|manifest|[0-9a-f-]{36})$/);
      for (const text of ['needle', keyId, account, region]) {
        expect(`${id}${Buffer.from(body).toString('latin1')}`).not.toContain(text);
      }
    }
  });

  test('with any record changed is refused as a whole (R-INT-6)', async () => {
    const { kms, storage } = await openKms();
    const { keyId } = await kms.keys.create(user, {});
    await kms.aliases.create(user, 'alias/a', keyId);
    await kms.close();
    for (const { id, body } of await storage.load()) {
      const changed = new MemoryRecordStorage();
      await changed.commit({ puts: await storage.load(), deletes: [] });
      await changed.commit({ puts: [{ id, body: body.with(40, (body[40] ?? 0) ^ 1) }], deletes: [] });
      const opened = EmbeddedKms.open({ core, storage: changed, rootKey: fixedRootKey() });
      await expect(opened).rejects.toBeInstanceOf(IntegrityFault);
    }
  });
});

describe('closing', () => {
  test('finishes what is under way, refuses what comes later, and leaves no timer', async () => {
    const { kms, clock } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    await kms.keys.scheduleDeletion(user, keyId, 7);
    const last = kms.keys.cancelDeletion(user, keyId);
    await kms.close();
    await kms.close();
    await expect(last).resolves.toMatchObject({ state: 'Disabled' });
    expect(clock.timers).toBe(0);
    const closed = { code: 'Closed' };
    await expect(kms.describeKey(user, arn)).rejects.toMatchObject(closed);
    await expect(kms.generateDataKey(tableService, arn, context)).rejects.toMatchObject(closed);
    await expect(kms.ownedKey(region)).rejects.toMatchObject(closed);
    await expect(kms.keys.create(user, {})).rejects.toMatchObject(closed);
  });
});

test('calls are metered by operation and key', async () => {
  const { kms } = await openKms();
  const arn = await kms.ownedKey(region);
  const { ciphertext } = await kms.generateDataKey(tableService, arn, context);
  await kms.decryptDataKey(tableService, ciphertext, context, alone);
  await kms.decryptDataKey(tableService, ciphertext, context, alone);
  expect(kms.meter.totals()).toEqual({ GenerateDataKey: 1, Decrypt: 2 });
  expect(kms.meter.calls()).toContainEqual({ operation: 'Decrypt', keyArn: arn, calls: 2 });
});
