import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientConnection } from '../../src/keys/client-connection.ts';
import { ReadTables } from '../../src/tables/read-tables.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { type Followed, openFollowed } from '../support/followed-tables.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';

let followed: Followed;
let tables: ReadTables;
let connection: ClientConnection & { close(): void };
let keyArn: string;

beforeEach(async () => {
  followed = await openFollowed();
  keyArn = await newKey(followed.owner.kms);
  await followed.owner.tables.create(user, definitionOf('table', { kind: 'customer', keyId: keyArn }));
  tables = await ReadTables.open(followed);
  followed.onWiped = ({ id }) => tables.forgetPages(id);
  connection = newConnection();
});

const refused = (code: string) => expect.objectContaining({ name: 'Refusal', code });
const item = (text: string) =>
  new Map([
    ['id', { S: 'one' }],
    ['text', { S: text }],
  ]);

async function put(text: string): Promise<void> {
  const table = await followed.owner.tables.open(user, connection, 'table');
  const next = item(text);
  await table.write(encodeKey(table.keySchema, next), () => ({ next, result: undefined }));
}

async function get(name = 'table') {
  const table = await tables.open(user, connection, name);
  return (await table.get(encodeKey(table.keySchema, item(''))))?.item;
}

describe('tables of another process', () => {
  test('are read as their owner left them last, by name and by ARN', async () => {
    expect(await get()).toBeUndefined();
    for (const text of ['first', 'second', 'third']) {
      await put(text);
      expect(await get()).toEqual(item(text));
    }
    expect(await get(`arn:aws:dynamodb:${region}:${account}:table/table`)).toEqual(item('third'));
  });

  test('are not there until a replica of them is whole', async () => {
    const { replicas } = followed.owner.tables;
    const { encryption, ...definition } = definitionOf('replica');
    await replicas.create(user, { definition, encryption, indexes: [], groupId: 'group', members: [] });
    await expect(get('replica')).rejects.toEqual(refused('TableNotFound'));
    const id = replicas.find({ account, region, name: 'replica' })?.identity.id ?? '';
    await replicas.change(id, ({ isCopying: _, ...whole }) => whole);
    expect(await get('replica')).toBeUndefined();
  });

  test('are opened at once where nothing has changed and the caller was let in', async () => {
    await get();
    expect(tables.open(user, connection, 'table')).not.toBeInstanceOf(Promise);
  });

  test('are not there where they are nowhere, or another region has them', async () => {
    await expect(get('another')).rejects.toEqual(refused('TableNotFound'));
    const elsewhere = { ...user, region: 'eu-west-1' };
    expect(() => tables.open(elsewhere, connection, 'table')).toThrow(refused('TableNotFound'));
  });

  test('are for their owner alone to answer for while they are not active', async () => {
    const { statuses } = followed.owner.tables;
    const id = statuses.all()[0]?.id ?? '';
    const status = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
    await statuses.change(id, (record) => ({ ...record, status, inaccessibleSinceMs: 1 }));
    await expect(get()).rejects.toEqual(refused('TableNotFound'));
    await statuses.change(id, ({ inaccessibleSinceMs: _, ...record }) => ({ ...record, status: 'ACTIVE' }));
    expect(await get()).toBeUndefined();
  });

  test('are for their owner alone to answer for until they are restored', async () => {
    const { tables: owned } = followed.owner;
    const { encryption: _, ...definition } = definitionOf('restored');
    const source = owned.copying.find(user, 'table');
    const mark = { atMs: 1, sourceTableArn: 'arn' };
    const plan = { definition, encryption: { kind: 'owned' }, source, indexes: [], mark } as const;
    const { identity } = await owned.restoring.begin(user, plan);
    await expect(get('restored')).rejects.toEqual(refused('TableNotFound'));
    await owned.restoring.finish(identity);
    expect(await get('restored')).toBeUndefined();
  });

  test('refuse a caller whose key was taken away, and their opened pages go with it', async () => {
    await put('text');
    await get();
    const opened = followed.engine.cachedBytes;
    expect(opened).toBeGreaterThan(0);
    await followed.owner.kms.keys.disable(user, keyArn);
    expect(followed.engine.cachedBytes).toBeLessThan(opened);
    await expect(get()).rejects.toEqual(refused('TableKeyRefused'));
    await followed.owner.kms.keys.enable(user, keyArn);
    expect(await get()).toEqual(item('text'));
  });

  for (const [atMs, isAsked] of [
    [299_000, false],
    [300_000, true],
    [301_000, true],
  ] as const) {
    test(`ask for the key ${isAsked ? 'again' : 'only once'} within ${atMs / 1000} s (R-REV-1)`, async () => {
      await get();
      const before = followed.owner.kms.meter.totals().Decrypt ?? 0;
      await followed.owner.clock.advance(atMs);
      await get();
      expect((followed.owner.kms.meter.totals().Decrypt ?? 0) > before).toBe(isAsked);
    });
  }
});
