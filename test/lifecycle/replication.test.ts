import { describe, expect, test } from 'vitest';
import type { PageStore } from '../../src/store/page-store.ts';
import { book } from '../support/book-tables.ts';
import { FaultyStore } from '../support/faulty-store.ts';
import { away, callerIn, home, openReplication, third } from '../support/open-replication.ts';

describe('a table of several regions (aws-behaviour §1.7)', () => {
  test('is copied to a new region, which is ACTIVE once it is whole, and both follow each other', async () => {
    const lab = await openReplication();
    await lab.create();
    for (let index = 0; index < 300; index++) await lab.put(home, book(`b${index}`, index));
    const info = await lab.update({ create: { region: away } });
    expect(info.status).toBe('UPDATING');
    await lab.pass(0);
    expect(await lab.status(away)).toBe('ACTIVE');
    expect(lab.states(home)).toEqual([`${away} ACTIVE`, `${home} ACTIVE`]);
    expect(lab.states(away)).toEqual(lab.states(home));
    for (const index of [0, 150, 299])
      expect(await lab.read(away, `b${index}`)).toEqual(book(`b${index}`, index));
    await lab.put(away, book('there', 1));
    await lab.put(home, book('here', 2));
    await lab.remove(away, 'b0');
    await lab.pass(0);
    expect(await lab.read(home, 'there')).toEqual(book('there', 1));
    expect(await lab.read(away, 'here')).toEqual(book('here', 2));
    expect(await lab.read(home, 'b0')).toBeUndefined();
    await lab.stop();
  });

  test('of three regions, each hears of what is written in any', async () => {
    const lab = await openReplication();
    await lab.create();
    await lab.update({ create: { region: away } });
    await lab.pass(0);
    await lab.update({ create: { region: third } }, away);
    await lab.pass(0);
    for (const region of [home, away, third]) {
      expect(lab.states(region)).toEqual([`${third} ACTIVE`, `${away} ACTIVE`, `${home} ACTIVE`]);
      await lab.put(region, book(region, 1));
    }
    await lab.pass(0);
    for (const region of [home, away, third]) {
      for (const from of [home, away, third]) expect(await lab.read(region, from)).toEqual(book(from, 1));
    }
    await lab.stop();
  });
});

async function overFaultyStore() {
  const stores: FaultyStore[] = [];
  const wrapStore = (memory: PageStore) => {
    const store = new FaultyStore(memory);
    stores.push(store);
    return store;
  };
  return { lab: await openReplication({ wrapStore }), stores };
}

describe('whichever commit a crash hits, the next start goes on', () => {
  for (const moment of ['before', 'after'] as const) {
    for (let index = 1; index <= 12; index++) {
      test(`right ${moment} commit ${index} of making a replica`, async () => {
        const { lab, stores } = await overFaultyStore();
        await lab.create();
        for (const id of ['a', 'b']) await lab.put(home, book(id));
        stores.at(-1)?.fail({ call: 'commit', moment, index, isLasting: true });
        const answer = lab.update({ create: { region: away } });
        const isMade = await answer.then(
          () => true,
          () => false,
        );
        await lab.pass(0);
        const again = await lab.again({ crash: true });
        await again.pass(1_000);
        // Either there was nothing, or all of it; whoever had an answer has a replica.
        const names = await again.tables.list(callerIn(away), undefined, 10);
        if (isMade) expect(names).toEqual(['T']);
        if (names.length === 0) expect(again.find(home)).toBeUndefined();
        else {
          expect(again.states(home)).toEqual([`${away} ACTIVE`, `${home} ACTIVE`]);
          expect(await again.read(away, 'b')).toEqual(book('b'));
          await again.put(away, book('c'));
          await again.pass(0);
          expect(await again.read(home, 'c')).toEqual(book('c'));
        }
        await again.put(home, book('d'));
        await again.stop();
      });

      test(`right ${moment} commit ${index} of taking one away`, async () => {
        const { lab, stores } = await overFaultyStore();
        await lab.create();
        await lab.put(home, book('a'));
        await lab.update({ create: { region: away } });
        await lab.pass(0);
        stores.at(-1)?.fail({ call: 'commit', moment, index, isLasting: true });
        const isTaken = await lab.update({ remove: { region: away } }).then(
          () => true,
          () => false,
        );
        await lab.pass(0);
        const again = await lab.again({ crash: true });
        await again.pass(1_000);
        const names = await again.tables.list(callerIn(away), undefined, 10);
        if (isTaken) expect(names).toEqual([]);
        if (names.length === 0) expect(again.find(home)).toBeUndefined();
        else expect(again.states(home)).toEqual([`${away} ACTIVE`, `${home} ACTIVE`]);
        expect(await again.read(home, 'a')).toEqual(book('a'));
        await again.stop();
      });
    }
  }
});
