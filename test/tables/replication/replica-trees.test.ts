import { describe, expect, test } from 'vitest';
import { isRefusal, Outage } from '../../../src/base/errors.ts';

import { book, key, keyRefusalOf, openProtected, openT, putBook } from '../../support/book-tables.ts';
import { account, region as here, user } from '../../support/embedded-kms.ts';
import { definitionOf, openTables } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import {
  contentIn,
  groupId,
  idIn,
  makeGroup,
  memberIn,
  openIn,
  putIn,
  replicaIn,
} from '../../support/replica-tables.ts';
import { answeringLater } from '../../support/wrapped-stores.ts';

const there = 'eu-west-1';

describe('the tree of a replica', () => {
  test('is a table with a tree of its own for what it tells others, which goes with it', async () => {
    const { tables, memory } = await openTables();
    const before = (await memory.listTrees(-1, 99)).length;
    await makeGroup(tables, [here]);
    expect((await memory.listTrees(-1, 99)).length).toBe(before + 2);
    const parts = tables.dataKeys.dataKeys()[0]?.trees.map(({ part }) => part);
    expect(parts).toEqual(['items', 'replication']);
    await tables.delete(user, 'T');
    expect((await memory.listTrees(-1, 99)).length).toBe(before);
  });

  test('begins once: again for its own group is nothing, for another one is refused', async () => {
    const { tables } = await openTables();
    await makeGroup(tables, [here]);
    const { record } = replicaIn(tables, here);
    await tables.replicas.begin(record.id, { groupId, members: [] });
    expect(replicaIn(tables, here).record).toEqual(record);
    const other = { groupId: 'group-2', members: [] };
    expect(await refusalOf(() => tables.replicas.begin(record.id, other))).toContain('TableInUse');
    expect(await refusalOf(() => tables.replicas.begin('none', other))).toContain('TableNotFound');
  });

  test('is among those that are looked after, as every other', async () => {
    const { tables, memory } = await openTables();
    await makeGroup(tables, [here, there]);
    const known = tables.summaries().flatMap(({ trees }) => trees);
    // The first two are the catalogue's.
    expect(known.toSorted((a, b) => a - b)).toEqual(
      (await memory.listTrees(1, 99)).toSorted((a, b) => a - b),
    );
  });

  test('is not missed by those who open the table, write to it or read it while it goes', async () => {
    for (let round = 0; round < 12; round++) {
      let opened = await openTables({ wrapStore: answeringLater, cacheBytes: 0 });
      await makeGroup(opened.tables, [here]);
      await putIn(opened.tables, here, book('a'));
      opened = await opened.restart();
      const { tables } = opened;
      const id = idIn(tables, here);
      const turns = async (count: number) => {
        for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
      };
      const ending = turns(round % 4).then(() => tables.replicas.change(id, () => undefined));
      const writing = turns(Math.floor(round / 4)).then(() => putIn(tables, here, book('b')));
      const reading = tables.replicas.read(id, { puller: there }).catch((fault: unknown) => {
        expect(isRefusal(fault, 'TableNotFound'), String(fault)).toBe(true);
      });
      await Promise.all([ending, writing, reading]);
      expect(await contentIn({ tables, region: here })).toHaveLength(2);
      expect(await refusalOf(() => tables.replicas.read(id, { puller: there }))).toContain('TableNotFound');
    }
  });

  test('is kept up also where nobody heard that it was made, and let go where nobody heard of its end', async () => {
    let isUnheard = false;
    const opened = await openTables({
      wrapStore: (store) => ({
        ...store,
        commit: async (change) => {
          await store.commit(change);
          if (isUnheard) throw new Outage('StoreUnavailable');
        },
      }),
    });
    const { tables } = opened;
    await tables.create(user, definitionOf('T'));
    const table = await openIn(tables, here);
    await putBook(table, book('a'));
    const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
    isUnheard = true;
    await expect(tables.replicas.begin(id, { groupId, members: [] })).rejects.toThrow(Outage);
    isUnheard = false;
    await tables.replicas.begin(id, { groupId, members: [] });
    const { position, changes } = await tables.replicas.read(id, { puller: there });
    expect(changes).toHaveLength(1);
    await putBook(table, book('b'));
    expect((await tables.replicas.read(id, { position, puller: there })).changes).toHaveLength(1);
    isUnheard = true;
    await expect(tables.replicas.change(id, () => undefined)).rejects.toThrow(Outage);
    isUnheard = false;
    await putBook(table, book('c'));
    expect(await contentIn({ tables, region: here })).toHaveLength(3);
    expect(tables.replicas.all()).toEqual([]);
  });

  test('belongs to one group, whichever of two that begin at once', async () => {
    const { tables } = await openTables();
    await tables.create(user, definitionOf('T'));
    const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
    const begun = ['one', 'two'].map((each) => tables.replicas.begin(id, { groupId: each, members: [] }));
    const [one, two] = await Promise.allSettled(begun);
    expect([one?.status, two?.status]).toEqual(['fulfilled', 'rejected']);
    expect(replicaIn(tables, here).replication.groupId).toBe('one');
  });

  test('is a plain table again when replication ends, without the tree, and open writes go on', async () => {
    const { tables, memory } = await openTables();
    await makeGroup(tables, [here]);
    const trees = (await memory.listTrees(-1, 99)).length;
    const table = await openIn(tables, here);
    const id = idIn(tables, here);
    const ending = tables.replicas.change(id, () => undefined);
    await Promise.all([ending, ...'abcdefgh'.split('').map((each) => putBook(table, book(each)))]);
    await putBook(table, book('z'));
    expect((await memory.listTrees(-1, 99)).length).toBe(trees - 1);
    expect(await contentIn({ tables, region: here })).toHaveLength(9);
    expect(tables.replicas.all()).toEqual([]);
    expect((await tables.describe(user, 'T')).replication).toBeUndefined();
    expect(tables.dataKeys.dataKeys()[0]?.trees.map(({ part }) => part)).toEqual(['items']);
    expect(await refusalOf(() => tables.replicas.change(id, (state) => state))).toContain('TableNotFound');
  });

  test('a group begins, and its first copy has all there is once the key is back', async () => {
    const { tables, kms, keyArn } = await openProtected();
    const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
    await kms.keys.disable(user, keyArn);
    await tables.replicas.begin(id, { groupId, members: [memberIn(here)] });
    expect(replicaIn(tables, here).replication.tree).toBeUndefined();
    expect(await keyRefusalOf(() => openT(tables))).toContain('is disabled');
    await kms.keys.enable(user, keyArn);
    const [, page] = await Promise.all([
      openT(tables).then((table) => putBook(table, book('b'))),
      tables.replicas.read(id, { puller: there }),
    ]);
    expect(replicaIn(tables, here).replication.tree).toBeGreaterThan(0);
    const { position } = page;
    const rest = await tables.replicas.read(id, { position, puller: there });
    const told = new Set(
      [...page.changes, ...rest.changes].map((change) => Buffer.from(change.key).toString('hex')),
    );
    expect(told).toEqual(new Set([key('a'), key('b')].map((each) => Buffer.from(each).toString('hex'))));
  });
});
