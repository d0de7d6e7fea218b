import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { FollowedCatalog } from '../../src/tables/followed-catalog.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { type Followed, openFollowed } from '../support/followed-tables.ts';
import { definitionOf, newConnection, newKey } from '../support/open-tables.ts';

let followed: Followed;
let catalog: FollowedCatalog;

beforeEach(async () => {
  followed = await openFollowed();
  await followed.owner.tables.create(user, definitionOf('first'));
  catalog = await FollowedCatalog.open(followed);
});

const find = (name: string) => catalog.find(account, region, name);
const tables = () => followed.owner.tables;

describe('a catalogue that another process changes', () => {
  test('has what was there when it was opened', () => {
    expect(find('first')?.record.definition.name).toBe('first');
    expect(catalog.findById(find('first')?.record.id ?? '')).toBe(find('first'));
    expect(find('second')).toBeUndefined();
  });

  test('has what is made, changed and deleted, once it was followed', async () => {
    await tables().create(user, definitionOf('second'));
    expect(find('second')).toBeUndefined();
    await catalog.follow();
    expect(find('second')?.record.definition.deletionProtection).toBe(false);
    await tables().changeSettings(user, 'second', { deletionProtection: true });
    await catalog.follow();
    expect(find('second')?.record.definition.deletionProtection).toBe(true);
    await tables().delete(user, 'first');
    await catalog.follow();
    expect(find('first')).toBeUndefined();
    expect(find('second')).toBeDefined();
  });

  test('knows a table from one that had its name before', async () => {
    const before = find('first')?.record.id;
    await tables().delete(user, 'first');
    await tables().create(user, definitionOf('first'));
    await catalog.follow();
    expect(find('first')?.record.id).not.toBe(before);
    expect(catalog.findById(before ?? '')).toBeUndefined();
  });

  test('leaves alone what has not changed', async () => {
    const before = find('first');
    await tables().create(user, definitionOf('second'));
    await catalog.follow();
    expect(find('first')).toBe(before);
  });

  test('is looked at after commits alone, and read where they changed it', async () => {
    await catalog.follow();
    const before = followed.headReads();
    expect(catalog.follow()).toBeUndefined();
    expect(followed.headReads()).toBe(before);
    const known = find('first');
    const table = await tables().open(user, newConnection(), 'first');
    const next = new Map([['id', { S: 'one' }]]);
    await table.write(encodeKey(table.keySchema, next), () => ({ next, result: undefined }));
    expect(catalog.follow()).toBeUndefined();
    expect(followed.headReads()).toBe(before + 1);
    expect(find('first')).toBe(known);
    await tables().create(user, definitionOf('second'));
    const following = catalog.follow();
    // Who comes meanwhile waits for the same.
    await Promise.all([following, catalog.follow()]);
    expect(find('second')).toBeDefined();
    expect(catalog.follow()).toBeUndefined();
  });

  test('holds keys as they are now: after a change of the KMS key, the old ones are let go', async () => {
    const { id } = find('first')?.record ?? { id: '' };
    const old = followed.keys.cipher(id, find('first')?.record.tree ?? 0);
    const kmsKeyId = await newKey(followed.owner.kms);
    await tables().changeEncryption(user, 'first', { kind: 'customer', keyId: kmsKeyId });
    await catalog.follow();
    expect(find('first')?.record.keys.keyArn).toBe(kmsKeyId);
    const nothing = new Uint8Array();
    const batch = { input: nothing, output: nothing, aad: nothing, pages: new Uint32Array() };
    expect(() => old.open(1, batch)).toThrow(expect.objectContaining({ code: 'TableNotFound' }));
  });
});

test('a store without a catalogue is none to be followed', async () => {
  const store = createMemoryStore();
  const engine = PageEngine.open({ store, storeId: store.storeId });
  await expect(FollowedCatalog.open({ ...followed, engine })).rejects.toThrow(IntegrityFault);
});
