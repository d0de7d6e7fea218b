import { describe, expect, test } from 'vitest';
import type { ChangePage, Position } from '../../../src/tables/replication/replica-change.ts';

import { book, putBook } from '../../support/book-tables.ts';
import { account, region as here } from '../../support/embedded-kms.ts';
import { openTables } from '../../support/open-tables.ts';

import {
  contentIn,
  deleteIn,
  fill,
  filledGroup,
  groupId,
  idIn,
  joinGroup,
  makeGroup,
  openIn,
  pullAll,
  pullOnce,
  putIn,
  sourceOf,
  versionsIn,
} from '../../support/replica-tables.ts';

const [there, third] = ['eu-west-1', 'ap-south-1'];

describe('copy, then follow', () => {
  test('gives the same content while writes go on', async () => {
    const { tables } = await openTables();
    await makeGroup(tables, [here]);
    const table = await openIn(tables, here);
    const ids = Array.from({ length: 40 }, (_, number) => `book ${number}`);
    await tables.replicas.change(idIn(tables, here), () => undefined);
    await Promise.all(ids.slice(0, 20).map((id) => putBook(table, book(id))));
    // The first twenty are older than the group.
    const { id } = tables.dataKeys.find({ account, region: here, name: 'T' });
    await tables.replicas.begin(id, { groupId, members: [] });
    await Promise.all(ids.slice(20).map((each) => putBook(table, book(each))));
    await joinGroup(tables, there);
    const [into, from] = [
      { tables, region: there },
      { tables, region: here },
    ];
    for (let round = 0; !(await pullOnce(into, from, 3)); round++) {
      if (round > 30) continue;
      await putIn(tables, here, book(`book ${(round * 7) % 40}`, 100 + round));
      await deleteIn(tables, here, `book ${(round * 11) % 40}`);
      await putIn(tables, here, book(`new ${round}`));
    }
    await tables.replicas.change(idIn(tables, there), ({ isCopying: _, ...whole }) => whole);
    expect(await contentIn(into)).toEqual(await contentIn(from));
    expect(await versionsIn(into)).toEqual(await versionsIn(from));
    expect((await contentIn(from)).length).toBeGreaterThan(20);
  });

  test('brings what was deleted along, so that an older write from elsewhere loses', async () => {
    const { tables, clock } = await openTables();
    await makeGroup(tables, [here, there]);
    await putIn(tables, here, book('a'));
    const [one, two, three] = [here, there, third].map((region) => ({ tables, region }));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three regions');
    await fill(two, one);
    clock.advance(1000);
    await putIn(tables, there, book('x', 1));
    clock.advance(1000);
    await pullAll(one, two);
    await deleteIn(tables, here, 'x');
    // The second region has not heard of it when the third one is made of the first, and never will be asked again by it.
    await joinGroup(tables, third);
    await fill(three, one);
    await pullAll(three, two);
    expect(await contentIn(three)).toEqual(await contentIn(one));
    expect(await contentIn(three)).toHaveLength(1);
  });

  test('a whole replica needs no copy of a newer one', async () => {
    const { tables } = await filledGroup(here, there);
    const [one, two] = [
      { tables, region: here },
      { tables, region: there },
    ];
    expect(await tables.replicas.position(idIn(tables, here), sourceOf(two))).toEqual({
      kind: 'follow',
      sequence: 0,
    });
    await putIn(tables, there, book('b'));
    await pullAll(one, two);
    expect(await contentIn(one)).toEqual(await contentIn(two));
    expect(
      await tables.replicas.position(idIn(tables, there), sourceOf({ tables, region: here })),
    ).toMatchObject({
      kind: 'follow',
    });
  });

  test('nobody is told again what came from him, and everybody else is', async () => {
    const { tables } = await filledGroup(here, there, third);
    const [one, two, three] = [here, there, third].map((region) => ({ tables, region }));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three regions');
    await pullAll(one, two);
    const position = await tables.replicas.position(idIn(tables, here), sourceOf(two));
    await putIn(tables, here, book('b'));
    await pullAll(two, one);
    const told = async (puller: string) =>
      (await tables.replicas.read(idIn(tables, there), { position, puller })).changes.length;
    expect(await told(sourceOf(one))).toBe(0);
    expect(await told(sourceOf(three))).toBe(1);
  });
});

describe('a page', () => {
  test('ends before it grows too large, and holds one change at least', async () => {
    const { tables } = await filledGroup(here);
    const id = idIn(tables, here);
    for (const each of ['b', 'c', 'd']) {
      await putIn(tables, here, new Map([...book(each), ['text', { S: each.repeat(10_000) }]]));
    }
    for (const begin of [undefined, { kind: 'follow', sequence: 0 } as const]) {
      for (const [bytesMax, pages] of [
        [1, 4],
        [10_000, 4],
        [22_000, 2],
        [1_000_000, 1],
      ] as const) {
        const counts: number[] = [];
        for (let position: Position | undefined = begin, isOver = false; !isOver; ) {
          const page: ChangePage = await tables.replicas.read(id, {
            position,
            puller: '',
            limits: { bytesMax },
          });
          counts.push(page.changes.length);
          const bytes = page.changes.reduce((sum, { item }) => sum + (item?.length ?? 0), 0);
          expect(page.changes.length === 1 || bytes <= bytesMax).toBe(true);
          position = page.position;
          isOver = page.isWhole || (begin === undefined && position.kind === 'follow');
        }
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
        expect(counts.length).toBe(pages);
      }
    }
  });

  test('begins with the log again for a reader from before the store was put back', async () => {
    const opened = await filledGroup(here);
    const { tables } = opened;
    const id = idIn(tables, here);
    const { position } = await tables.replicas.read(id, {
      position: { kind: 'follow', sequence: 0 },
      puller: '',
    });
    const beyond = { kind: 'follow', sequence: position.sequence + 5 } as const;
    const page = await tables.replicas.read(id, { position: beyond, puller: '' });
    expect(page.changes).toHaveLength(1);
    expect(page.position).toEqual(position);
    // What is written then has a place that no reader has passed.
    opened.clock.advance(1);
    await putIn(tables, here, book('b'));
    expect((await tables.replicas.read(id, { position: beyond, puller: '' })).changes).toHaveLength(1);
  });
});
