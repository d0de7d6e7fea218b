import { describe, expect, test, vi } from 'vitest';
import { isRefusal } from '../../../src/base/errors.ts';
import { book, keyRefusalOf, openProtected } from '../../support/book-tables.ts';
import { account, region as here, user } from '../../support/embedded-kms.ts';
import { openTables } from '../../support/open-tables.ts';
import {
  callerIn,
  contentIn,
  deleteIn,
  filledGroup,
  groupId,
  idIn,
  joinGroup,
  makeGroup,
  memberIn,
  pullAll,
  putIn,
  replicaIn,
} from '../../support/replica-tables.ts';
import { answeringLater } from '../../support/wrapped-stores.ts';

const there = 'eu-west-1';

describe('a replica', () => {
  test('is found by its table, its name and its group, over restarts, and described with its members', async () => {
    const opened = await openTables();
    await makeGroup(opened.tables, [here, there]);
    const { tables } = await opened.restart();
    expect(new Set(tables.replicas.all().map(({ identity }) => identity.region))).toEqual(
      new Set([here, there]),
    );
    const found = tables.replicas.findInGroup({ account, region: there, groupId });
    expect(found?.identity.name).toBe('T');
    expect(tables.replicas.findById(found?.identity.id ?? '')).toEqual(found);
    expect(tables.replicas.findInGroup({ account, region: there, groupId: 'other' })).toBeUndefined();
    const { replication } = await tables.describe(user, 'T');
    expect(replication).toMatchObject({ groupId, members: [{ region: here }, { region: there }] });
    expect((await tables.describe(user, 'T')).status).toBe('ACTIVE');
  });

  test('may be taken away in whatever state it is', async () => {
    const { tables, memory } = await openTables();
    await makeGroup(tables, [here]);
    const before = await memory.listTrees(-1, 99);
    await joinGroup(tables, there);
    await tables.replicas.remove(idIn(tables, there));
    expect(await memory.listTrees(-1, 99)).toEqual(before);
    expect(tables.replicas.all()).toHaveLength(1);
    await joinGroup(tables, there);
    expect(tables.replicas.all()).toHaveLength(2);
  });
});

test('a replica that is deleted while it is read, written to or opened is just not there', async () => {
  for (let round = 0; round < 24; round++) {
    let opened = await openTables({ wrapStore: answeringLater, cacheBytes: 0 });
    await makeGroup(opened.tables, [here, there]);
    await putIn(opened.tables, here, book('a'));
    opened = await opened.restart();
    const { tables } = opened;
    const id = idIn(tables, here);
    const other = await tables.replicas.read(idIn(tables, there), {
      position: { kind: 'follow', sequence: 0 },
      puller: '',
    });
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    };
    const gone = (fault: unknown) => {
      expect(isRefusal(fault, 'TableNotFound'), String(fault)).toBe(true);
    };
    await Promise.all([
      turns(round % 6).then(async () => {
        if (round % 2 === 0) await tables.replicas.remove(id);
        else await tables.delete(user, 'T');
      }),
      turns(Math.floor(round / 6)).then(() => tables.replicas.read(id, { puller: there }).catch(gone)),
      tables.replicas.apply(id, there, other).catch(gone),
      putIn(tables, here, book('b')).catch(gone),
    ]);
    expect(tables.replicas.findById(id)).toBeUndefined();
  }
});

test('a replica that is read again and again asks for its key every five minutes', async () => {
  const { tables, kms, clock, keyArn } = await openProtected();
  const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
  await tables.replicas.begin(id, { groupId, members: [memberIn(here)] });
  clock.advance(600_000);
  const asked = vi.spyOn(kms, 'decryptDataKey');
  for (let seconds = 0; seconds < 600; seconds++) {
    await tables.replicas.read(id, { puller: there });
    await tables.replicas.position(id, there);
    clock.advance(1000);
  }
  expect(asked.mock.calls.length).toBeGreaterThan(1);
  expect(asked.mock.calls.length).toBeLessThan(5);
  asked.mockRestore();
  await kms.keys.disable(user, keyArn);
  clock.advance(300_000);
  expect(await keyRefusalOf(() => tables.replicas.read(id, { puller: there }))).toContain('is disabled');
});

describe('R-LIFE-1: under a key that is away', () => {
  test('membership changes, and nothing is read or taken over', async () => {
    const { tables, kms, keyArn } = await openProtected();
    const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
    await tables.replicas.begin(id, { groupId, members: [memberIn(here)] });
    const page = await tables.replicas.read(id, { puller: there });
    await kms.keys.disable(user, keyArn);
    await tables.replicas.change(id, (state) => ({ ...state, members: [memberIn(there)] }));
    expect(replicaIn(tables, here).replication.members).toMatchObject([{ region: there }]);
    const calls = [
      () => tables.replicas.read(id, { puller: there }),
      () => tables.replicas.apply(id, there, page),
      () => tables.replicas.position(id, there),
      () => tables.replicas.confirm(id, 1),
    ];
    for (const call of calls) expect(await keyRefusalOf(call)).toContain('is disabled');
    await tables.replicas.change(id, () => undefined);
    expect(tables.replicas.all()).toEqual([]);
  });

  test('a replica takes part again after its key was changed', async () => {
    const { tables } = await filledGroup(here, there);
    await tables.changeEncryption(callerIn(there), 'T', { kind: 'managed' });
    await putIn(tables, here, book('b'));
    await pullAll({ tables, region: there }, { tables, region: here });
    expect(await contentIn({ tables, region: there })).toHaveLength(2);
  });
});

test('R-REST-1: nothing of items and their keys lies open in the tree of a replica', async () => {
  const { tables, memory } = await filledGroup(here, there);
  await putIn(tables, here, book('a-telling-name'));
  await deleteIn(tables, here, 'a-telling-name');
  await pullAll({ tables, region: there }, { tables, region: here });
  for (const { identity, replication } of tables.replicas.all()) {
    const tree = replication.tree ?? 0;
    const ids = await memory.listPages(tree, -1, 99);
    expect(ids.length, identity.region).toBeGreaterThan(0);
    for (const page of await memory.readPages(tree, ids)) {
      const text = Buffer.from(page?.body ?? []).toString('latin1');
      expect(text.length).toBeGreaterThan(0);
      for (const needle of ['a-telling-name', here, there]) expect(text).not.toContain(needle);
    }
  }
});
