import { describe, expect, test } from 'vitest';
import { Outage } from '../../../src/base/errors.ts';
import type { ChangePage } from '../../../src/tables/replication/replica-change.ts';
import { book, key } from '../../support/book-tables.ts';
import { region as here } from '../../support/embedded-kms.ts';
import { newConnection, openTables } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import {
  callerIn,
  contentIn,
  deleteIn,
  fill,
  filledGroup,
  idIn,
  joinGroup,
  makeGroup,
  openIn,
  pullAll,
  putIn,
  sourceOf,
  versionsIn,
} from '../../support/replica-tables.ts';
import { CommitCount } from '../../support/wrapped-stores.ts';

const [there, third] = ['eu-west-1', 'ap-south-1'];

describe('last writer wins', () => {
  test('whatever is applied first, and however often', async () => {
    const { tables, clock } = await filledGroup(here, there);
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    await putIn(tables, here, book('x', 1));
    clock.advance(5);
    await putIn(tables, there, book('x', 2));
    await deleteIn(tables, here, 'a');
    await putIn(tables, there, book('a', 9));
    const id = idIn(tables, there);
    const position = await tables.replicas.position(id, sourceOf(one));
    const request = { position, puller: sourceOf(two) };
    const page = await tables.replicas.read(idIn(tables, here), request);
    // By the region alone where the time and the count are the same: here the clock counts on.
    expect(await tables.replicas.apply(id, sourceOf(one), page)).toBe(0);
    expect(await tables.replicas.apply(id, sourceOf(one), page)).toBe(0);
    await pullAll(one, two);
    expect(await contentIn(one)).toEqual(await contentIn(two));
    expect((await contentIn(one)).join()).toContain('"pages",{"N":"2"}');
    expect((await contentIn(one)).join()).toContain('"pages",{"N":"9"}');
  });

  test('a delete of what is not there is remembered against an older write that comes late', async () => {
    const { tables, clock } = await filledGroup(here, there, third);
    const [one, two, three] = [here, there, third].map((region) => ({ tables, region }));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three regions');
    await putIn(tables, here, book('x'));
    clock.advance(1);
    await pullAll(two, one);
    await deleteIn(tables, there, 'x');
    await pullAll(three, two);
    await pullAll(three, one);
    expect((await contentIn(three)).join()).not.toContain('"x"');
    await pullAll(one, two);
    expect(await versionsIn(one)).toEqual(await versionsIn(three));
  });

  test('a local write is later than everything that was taken over, also where the clock was set back', async () => {
    const { tables, clock } = await filledGroup(here, there);
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    clock.advance(600_000);
    await putIn(tables, here, book('x', 1));
    clock.jump(-900_000);
    await pullAll(two, one);
    await putIn(tables, there, book('x', 2));
    await pullAll(one, two);
    expect(await contentIn(one)).toEqual(await contentIn(two));
    expect((await contentIn(one)).join()).toContain('"N":"2"');
  });

  test('the clock goes on behind the last write after a restart with the clock set back', async () => {
    const opened = await filledGroup(here, there);
    opened.clock.advance(600_000);
    await putIn(opened.tables, here, book('x', 1));
    const last = opened.tables.replicas.stamps.next(here);
    opened.clock.jump(-900_000);
    const { tables } = await opened.restart({ crash: true });
    // Another item, which has no version to go on behind.
    await putIn(tables, here, book('z', 1));
    expect(tables.replicas.stamps.next(here).ms).toBe(last.ms);
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    await pullAll(two, one);
    await putIn(tables, here, book('x', 2));
    await putIn(tables, here, book('y', 3));
    await pullAll(two, one);
    expect(await contentIn(two)).toEqual(await contentIn(one));
    expect((await contentIn(two)).join()).toContain('"N":"2"');
  });
});

describe('a page', () => {
  test('is taken over in one commit, its position too', async () => {
    const commits = new CommitCount();
    const { tables } = await openTables({ wrapStore: commits.wrap });
    await makeGroup(tables, [here, there]);
    for (const id of ['a', 'b', 'c']) await putIn(tables, here, book(id));
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    const page = await tables.replicas.read(idIn(tables, here), { puller: '' });
    // The table is opened, and so is what may be sealed.
    await tables.replicas.apply(idIn(tables, there), 'nobody', { ...page, changes: [] });
    const before = commits.value;
    expect(await tables.replicas.apply(idIn(tables, there), sourceOf(one), page)).toBe(3);
    expect(commits.value).toBe(before + 1);
    expect(await tables.replicas.position(idIn(tables, there), sourceOf(one))).toEqual(page.position);
    await fill(two, one);
    expect(await contentIn(two)).toEqual(await contentIn(one));
  });

  test('is not taken over by half where its commit fails', async () => {
    let isBroken = false;
    const broken = new Outage('StoreUnavailable');
    const { tables } = await openTables({
      wrapStore: (store) => ({
        ...store,
        commit: (change) => (isBroken ? Promise.reject(broken) : store.commit(change)),
      }),
    });
    await makeGroup(tables, [here, there]);
    await putIn(tables, here, book('a'));
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    await fill(two, one);
    await putIn(tables, here, book('b'));
    await deleteIn(tables, here, 'a');
    const before = [
      await versionsIn(two),
      await tables.replicas.position(idIn(tables, there), sourceOf(one)),
    ];
    isBroken = true;
    await expect(pullAll(two, one)).rejects.toThrow(broken);
    isBroken = false;
    expect([
      await versionsIn(two),
      await tables.replicas.position(idIn(tables, there), sourceOf(one)),
    ]).toEqual(before);
    await pullAll(two, one);
    expect(await versionsIn(two)).toEqual(await versionsIn(one));
  });
});

describe('what another replica sends', () => {
  const pageOf = (more: Partial<ChangePage>, region = there): ChangePage => ({
    changes: [],
    position: { kind: 'follow', sequence: 7 },
    isWhole: true,
    high: { ms: 1, count: 0, region },
    ...more,
  });

  test('is refused where its clock is more than an hour ahead, and taken where it is an hour', async () => {
    const { tables, clock } = await filledGroup(here, there);
    const id = idIn(tables, here);
    const hour = clock.nowMs() + 3_600_000;
    const ahead = { ms: hour + 1, count: 0, region: there };
    const from = sourceOf({ tables, region: there });
    const text =
      'ReplicaClockAhead: The clock of eu-west-1 is more than an hour ahead of this region: ' +
      'nothing is taken over from it.';
    expect(await refusalOf(() => tables.replicas.apply(id, from, pageOf({ high: ahead })))).toBe(text);
    const gone = { key: key('a'), stamp: ahead, item: undefined };
    expect(await refusalOf(() => tables.replicas.apply(id, from, pageOf({ changes: [gone] })))).toBe(text);
    expect(await tables.replicas.position(id, from)).toEqual({ kind: 'follow', sequence: 0 });
    expect(await contentIn({ tables, region: here })).toHaveLength(1);
    const taken = { ...gone, stamp: { ...ahead, ms: hour } };
    expect(await tables.replicas.apply(id, from, pageOf({ changes: [taken] }))).toBe(1);
    expect(await tables.replicas.position(id, from)).toEqual({ kind: 'follow', sequence: 7 });
    expect(tables.replicas.stamps.next(here)).toEqual({ ms: hour, count: 1, region: here });
  });

  test('is refused where it is no item of this table, with all that came with it', async () => {
    const { tables } = await filledGroup(here, there);
    const id = idIn(tables, here);
    const from = sourceOf({ tables, region: there });
    const stamp = { ms: 5, count: 0, region: there };
    const source = await tables.replicas.read(idIn(tables, here), { puller: '' });
    const [{ item = undefined } = {}] = source.changes;
    const good = { key: key('new'), stamp, item: undefined };
    const bad = [
      { key: key('a'), stamp, item: Uint8Array.of(1, 2, 3) },
      { key: key('other'), stamp, item },
      { key: key('a'), stamp: undefined, item: undefined },
      { key: new Uint8Array(), stamp, item: undefined },
      { key: new Uint8Array(4000), stamp, item: undefined },
    ];
    for (const change of bad) {
      const page = pageOf({ changes: [good, change] });
      expect(await refusalOf(() => tables.replicas.apply(id, from, page))).toContain('Validation');
    }
    expect(await versionsIn({ tables, region: here })).toHaveLength(1);
  });
});

describe('replicated changes', () => {
  test('are in streams, and in the indexes that can take them', async () => {
    const byPages = {
      kind: 'global',
      name: 'byPages',
      keySchema: [{ AttributeName: 'pages', KeyType: 'HASH' }],
      projection: { ProjectionType: 'ALL' },
    } as const;
    const { tables } = await openTables();
    await makeGroup(tables, [here]);
    const attributeDefinitions = [
      { AttributeName: 'id', AttributeType: 'S' },
      // Here the pages are texts: no entry of an index, but an item all the same.
      { AttributeName: 'pages', AttributeType: 'S' },
    ] as const;
    await joinGroup(tables, there, { indexes: [byPages], attributeDefinitions, stream: 'KEYS_ONLY' });
    await putIn(tables, here, book('a'));
    await putIn(tables, here, new Map([...book('b'), ['pages', { S: 'many' }]]));
    await fill({ tables, region: there }, { tables, region: here });
    const table = await openIn(tables, there);
    expect(await contentIn({ tables, region: there })).toHaveLength(2);
    const cursor = table.index('byPages').items({});
    expect((await cursor.next())?.item.get('pages')).toEqual({ S: 'many' });
    expect(await cursor.next()).toBeUndefined();
    const arn = tables.streams.list(callerIn(there))[0]?.arn ?? '';
    const stream = await tables.streams.open(callerIn(there), newConnection(), arn);
    await deleteIn(tables, here, 'b');
    await pullAll({ tables, region: there }, { tables, region: here });
    expect(await table.index('byPages').items({}).next()).toBeUndefined();
    const [shard] = await stream.shards();
    const { records } = await stream.read({ shard: shard?.number ?? -1, sequence: 0, atHorizon: true }, 99);
    expect(records.map(({ kind }) => kind)).toEqual(['INSERT', 'INSERT', 'REMOVE']);
  });
});
