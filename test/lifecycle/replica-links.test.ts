import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/lab/seeded-random.ts';
import { encodeItem } from '../../src/tables/item.ts';
import { book } from '../support/book-tables.ts';
import {
  away,
  callerIn,
  home,
  openReplication,
  type ReplicationForTest,
  third,
} from '../support/open-replication.ts';
import { newConnection } from '../support/open-tables.ts';
import { item, N, S } from '../tables/support.ts';

/** All items of a region, by their bytes. */
async function contentOf(lab: ReplicationForTest, region: string): Promise<readonly string[]> {
  const table = await lab.tables.open(callerIn(region), newConnection(), 'T');
  const cursor = table.items({});
  const all: string[] = [];
  for (let next = await cursor.next(); next !== undefined; next = await cursor.next()) {
    all.push(Buffer.from(encodeItem(next.item)).toString('hex'));
  }
  return all;
}

async function replicasIn(regions: readonly string[]): Promise<ReplicationForTest> {
  const lab = await openReplication();
  await lab.create();
  for (const region of regions.slice(1)) {
    await lab.update({ create: { region } });
    await lab.pass(0);
  }
  return lab;
}

describe('two writes of one item', () => {
  for (const later of [home, away]) {
    test(`the later one holds everywhere: that of ${later}`, async () => {
      const lab = await replicasIn([home, away]);
      lab.lines.cut(home, away);
      const earlier = later === home ? away : home;
      await lab.put(earlier, book('same', 1));
      await lab.pass(1_000);
      await lab.put(later, book('same', 2));
      expect(await lab.read(earlier, 'same')).toEqual(book('same', 1));
      lab.lines.mend();
      await lab.pass(10_000);
      for (const region of [home, away]) expect(await lab.read(region, 'same')).toEqual(book('same', 2));
      await lab.stop();
    });
  }

  test('a delete is a write too', async () => {
    const lab = await replicasIn([home, away]);
    for (const id of ['first', 'last']) await lab.put(home, book(id, 1));
    await lab.pass(0);
    lab.lines.cut(home, away);
    await lab.remove(home, 'first');
    await lab.put(away, book('last', 2));
    await lab.pass(1_000);
    await lab.put(away, book('first', 2));
    await lab.remove(home, 'last');
    lab.lines.mend();
    await lab.pass(10_000);
    for (const region of [home, away]) {
      expect(await lab.read(region, 'first')).toEqual(book('first', 2));
      expect(await lab.read(region, 'last')).toBeUndefined();
    }
    await lab.stop();
  });

  test('in the same millisecond: the same one holds everywhere', async () => {
    const lab = await replicasIn([home, away, third]);
    lab.lines.cut(home);
    lab.lines.cut(away);
    for (const region of [home, away, third]) await lab.put(region, item({ id: S('same'), by: S(region) }));
    lab.lines.mend();
    await lab.pass(10_000);
    const [winner] = await contentOf(lab, home);
    for (const region of [home, away, third]) expect(await contentOf(lab, region)).toEqual([winner]);
    await lab.stop();
  });
});

describe('a partition', () => {
  test('of ten minutes under writes on both sides is made good within 30 s, with identical content', async () => {
    const random = seededRandom(11);
    const draw = (count: number) => Math.floor(random() * count);
    const lab = await replicasIn([home, away, third]);
    const write = async (region: string, moment: number) => {
      const id = `item-${draw(60)}`;
      if (draw(5) === 0) await lab.remove(region, id);
      else await lab.put(region, item({ id: S(id), by: S(region), moment: N(moment) }));
    };
    lab.lines.cut(away);
    for (let minute = 0; minute < 10; minute++) {
      for (let count = 0; count < 30; count++)
        await write([home, away, third][draw(3)] ?? home, minute * 100 + count);
      await lab.pass(60_000);
    }
    expect(await contentOf(lab, away)).not.toEqual(await contentOf(lab, home));
    // The other two heard of each other all the while.
    expect(await contentOf(lab, third)).toEqual(await contentOf(lab, home));
    lab.lines.mend();
    await lab.pass(30_000);
    const content = await contentOf(lab, home);
    expect(content.length).toBeGreaterThan(30);
    expect(await contentOf(lab, away)).toEqual(content);
    expect(await contentOf(lab, third)).toEqual(content);
    await lab.stop();
  });

  test('of two regions is bridged by the third', async () => {
    const lab = await replicasIn([home, away, third]);
    lab.lines.cut(home, away);
    await lab.put(home, book('here'));
    await lab.put(away, book('there'));
    await lab.pass(1_000);
    expect(await lab.read(away, 'here')).toEqual(book('here'));
    expect(await lab.read(home, 'there')).toEqual(book('there'));
    await lab.stop();
  });
});

test('after a restart each goes on from where it was', async () => {
  const lab = await replicasIn([home, away]);
  lab.lines.cut(home, away);
  for (let index = 0; index < 50; index++)
    await lab.put(index % 2 === 0 ? home : away, book(`b${index}`, index));
  const again = await lab.again({ crash: true });
  again.lines.mend();
  await again.pass(10_000);
  const content = await contentOf(again, home);
  expect(content).toHaveLength(50);
  expect(await contentOf(again, away)).toEqual(content);
  await again.stop();
});

test('items whose time is up go in every region', async () => {
  const lab = await replicasIn([home, away]);
  const asker = { caller: callerIn(home), connection: newConnection() };
  await lab.tables.changeTimeToLive(asker, 'T', { attribute: 'until', isEnabled: true });
  const until = Math.floor(lab.clock.nowMs() / 1000) + 60;
  await lab.put(home, item({ id: S('short'), until: N(until) }));
  await lab.put(away, item({ id: S('long') }));
  await lab.pass(61_000);
  expect(await lab.read(away, 'short')).toBeDefined();
  await lab.tables.expiry.sweep();
  await lab.pass(0);
  for (const region of [home, away]) {
    expect(await lab.read(region, 'short')).toBeUndefined();
    expect(await lab.read(region, 'long')).toBeDefined();
  }
  await lab.stop();
});

test('nothing is left waiting once it has stopped', async () => {
  const lab = await replicasIn([home, away, third]);
  const timers = lab.clock.timers;
  await lab.replication.stop();
  // Each of three follows two others.
  expect(lab.clock.timers).toBe(timers - 6);
  await lab.put(home, book('a'));
  await lab.pass(600_000);
  expect(await lab.read(away, 'a')).toBeUndefined();
  await lab.stop();
});
