import { describe, expect, test } from 'vitest';
import type { EncryptionChoice } from '../../src/tables/encryption-choice.ts';
import {
  book,
  disabledText,
  key,
  keyRefusalOf,
  openProtected,
  openT,
  putBook,
  readBook,
  tableArn,
} from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { definitionOf, newKey, openTables } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const P = 'Validation: One or more parameter values were invalid: ';

describe('changing the key', () => {
  const kinds = ['owned', 'managed', 'customer'] as const;
  const changes = kinds.flatMap((from) => kinds.map((to) => ({ from, to })));

  for (const { from, to } of changes.filter(({ from, to }) => from !== to || from !== 'owned')) {
    test(`from ${from} to ${to} lets reads and writes go on, and rewrites no page`, async () => {
      const first = await openTables();
      const { kms } = first;
      const [oldKey, newKeyArn] = [await newKey(kms), await newKey(kms)];
      const choice = (kind: EncryptionChoice['kind'], keyId: string): EncryptionChoice =>
        kind === 'customer' ? { kind, keyId } : { kind };
      await first.tables.create(user, definitionOf('T', choice(from, oldKey)));
      const table = await openT(first.tables);
      const ids = Array.from({ length: 50 }, (_, index) => `book-${index}`);
      await Promise.all(ids.map((id) => putBook(table, book(id))));
      const before = await first.tables.describe(user, 'T');
      const pages = async () => first.memory.readPages(2, await first.memory.listPages(2, 0, 100));
      const pagesBefore = await pages();

      const changing = first.tables.changeEncryption(user, 'T', choice(to, newKeyArn));
      const meanwhile = Promise.all(
        ids.map(async (id) => (await (await openT(first.tables)).get(key(id)))?.item),
      );
      const answer = await changing;
      expect(await pages()).toEqual(pagesBefore);
      expect(await meanwhile).toEqual(ids.map((id) => book(id)));
      expect(answer).toEqual({
        ...before,
        sse: { status: 'UPDATING', ...(before.sse?.keyArn && { keyArn: before.sse.keyArn }) },
      });
      const { sse } = await first.tables.describe(user, 'T');
      if (to === 'owned') expect(sse).toBeUndefined();
      else expect(sse?.status).toBe('ENABLED');
      if (to === 'customer') expect(sse?.keyArn).toBe(newKeyArn);

      // The old key is not needed any more, neither by who is connected nor after a restart.
      await kms.keys.disable(user, oldKey);
      await putBook(table, book('new'));
      expect(await readBook(first.tables, 'book-7')).toEqual(book('book-7'));
      const { tables } = await first.restart();
      expect(await tables.describe(user, 'T')).toMatchObject({ itemCount: 51 });
      expect([await readBook(tables, 'new'), await readBook(tables, 'book-49')]).toEqual([
        book('new'),
        book('book-49'),
      ]);
    });
  }

  test('while writes are under way loses none of them', async () => {
    const { tables, keyArn, restart } = await openProtected();
    const table = await openT(tables);
    const writes: Promise<unknown>[] = [];
    for (const kind of ['owned', 'managed', 'owned'] as const) {
      for (let index = 0; index < 20; index++) writes.push(putBook(table, book(`${kind}-${writes.length}`)));
      writes.push(tables.changeEncryption(user, 'T', { kind }));
      await writes.at(-1);
    }
    writes.push(tables.changeEncryption(user, 'T', { kind: 'customer', keyId: keyArn }));
    await Promise.all(writes);
    const again = await restart();
    expect((await again.tables.describe(user, 'T')).itemCount).toBe(61);
    const cursor = (await openT(again.tables)).items({});
    let count = 0;
    while ((await cursor.next()) !== undefined) count++;
    expect(count).toBe(61);
  });

  const refusals: readonly {
    readonly name: string;
    readonly from: EncryptionChoice['kind'];
    readonly to: (keyArn: string) => EncryptionChoice;
    readonly text: string;
  }[] = [
    {
      name: 'owned to owned',
      from: 'owned',
      to: () => ({ kind: 'owned' }),
      text: `${P}Table is already encrypted by default`,
    },
    {
      name: 'a key to itself, named by its ARN',
      from: 'customer',
      to: (keyId) => ({ kind: 'customer', keyId }),
      text: `${P}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key`,
    },
    {
      name: 'a key to itself, named by its id',
      from: 'customer',
      to: (keyArn) => ({ kind: 'customer', keyId: keyArn.slice(-36) }),
      text: 'answered',
    },
    { name: 'managed to managed', from: 'managed', to: () => ({ kind: 'managed' }), text: 'answered' },
  ];
  for (const { name, from, to, text } of refusals) {
    test(`${text === 'answered' ? 'is made' : 'is refused'} from ${name}`, async () => {
      const { tables, kms } = await openTables();
      const keyId = await newKey(kms);
      await tables.create(
        user,
        definitionOf('T', from === 'customer' ? { kind: from, keyId } : { kind: from }),
      );
      expect(await refusalOf(() => tables.changeEncryption(user, 'T', to(keyId)))).toBe(text);
      expect(await refusalOf(() => openT(tables))).toBe('answered');
    });
  }

  test('is refused to a disabled key, and the table stays as it is', async () => {
    const { tables, kms, keyArn } = await openProtected();
    const other = await newKey(kms);
    await kms.keys.disable(user, other);
    const change = () => tables.changeEncryption(user, 'T', { kind: 'customer', keyId: other });
    expect(await keyRefusalOf(change)).toBe(disabledText(other));
    expect((await tables.describe(user, 'T')).sse).toEqual({ status: 'ENABLED', keyArn });
    expect(await readBook(tables)).toEqual(book('a'));
  });

  test('is refused from a disabled key in its name, to whatever key', async () => {
    const { tables, kms, keyArn } = await openProtected();
    const other = await newKey(kms);
    await kms.keys.disable(user, keyArn);
    for (const choice of [
      { kind: 'owned' },
      { kind: 'managed' },
      { kind: 'customer', keyId: other },
    ] satisfies EncryptionChoice[]) {
      expect(await keyRefusalOf(() => tables.changeEncryption(user, 'T', choice))).toBe(disabledText(keyArn));
    }
    await kms.keys.enable(user, keyArn);
    expect(await readBook(tables)).toEqual(book('a'));
  });

  test('is refused from the fifth of a day on, before any key is asked for, but to the owned key (aws-behaviour §1.6)', async () => {
    const opened = await openProtected();
    const { tables, kms, keyArn, clock } = opened;
    const other = await newKey(kms);
    const to = (keyId: string) => () => tables.changeEncryption(user, 'T', { kind: 'customer', keyId });
    for (const keyId of [other, keyArn, other]) await to(keyId)();
    // What is refused does not count.
    await kms.keys.disable(user, keyArn);
    expect(await keyRefusalOf(to(keyArn))).toBe(disabledText(keyArn));
    await kms.keys.enable(user, keyArn);
    await to(keyArn)();
    const calls = kms.meter.totals();
    const spent = /^LimitExceeded: .* Number of updates today: 4\. /;
    expect(await refusalOf(to(other))).toMatch(spent);
    expect(kms.meter.totals()).toEqual(calls);
    const again = await opened.restart({ crash: true });
    expect(await refusalOf(() => again.tables.changeEncryption(user, 'T', { kind: 'managed' }))).toMatch(
      spent,
    );
    await again.tables.changeEncryption(user, 'T', { kind: 'owned' });
    clock.advance(6 * 3_600_000);
    await again.tables.changeEncryption(user, 'T', { kind: 'managed' });
    // Another table of the name has changes of its own.
    await again.tables.delete(user, 'T');
    await again.tables.create(user, definitionOf('T'));
    await again.tables.changeEncryption(user, 'T', { kind: 'managed' });
  });

  test('is not counted where nobody wants it to be', async () => {
    const { tables } = await openTables({ encryptionChangeQuota: 'none' });
    await tables.create(user, definitionOf('T'));
    for (let pairs = 0; pairs < 4; pairs++) {
      await tables.changeEncryption(user, 'T', { kind: 'managed' });
      await tables.changeEncryption(user, 'T', { kind: 'owned' });
    }
  });

  test('is one at a time, and no table is deleted meanwhile', async () => {
    const { tables } = await openProtected();
    const inUse = 'TableInUse: Attempt to change a resource which is still in use: ';
    const changing = tables.changeEncryption(user, 'T', { kind: 'managed' });
    expect(await refusalOf(() => tables.changeEncryption(user, 'T', { kind: 'owned' }))).toBe(
      `${inUse}Server-Side Encryption is still being updated`,
    );
    expect(await refusalOf(() => tables.delete(user, tableArn))).toBe(
      `${inUse}Table: T is in the process of being updated.`,
    );
    await changing;
    await tables.changeEncryption(user, 'T', { kind: 'owned' });
    await tables.delete(user, 'T');
  });
});

test('the AWS owned key cannot be named, neither by its ARN nor by its id', async () => {
  const { tables, kms } = await openTables();
  const owned = await kms.ownedKey(user.region);
  for (const keyId of [owned, owned.slice(owned.lastIndexOf('/') + 1)]) {
    const named = definitionOf('T', { kind: 'customer', keyId });
    expect(await refusalOf(() => tables.create(user, named))).toContain(`Key '${owned}' does not exist`);
  }
});
