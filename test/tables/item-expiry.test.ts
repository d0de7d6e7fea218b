import { beforeEach, describe, expect, test } from 'vitest';
import { sliceItemsMax } from '../../src/tables/item-expiry.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { user } from '../support/embedded-kms.ts';
import {
  definitionOf,
  newConnection,
  newKey,
  openTables,
  type TablesForTest,
} from '../support/open-tables.ts';
import { item, N, S } from './support.ts';

let opened: TablesForTest;
beforeEach(async () => {
  opened = await openTables();
});

const asker = { caller: user, connection: newConnection() };
const dayMs = 24 * 3_600_000;

async function open(name: string) {
  return opened.tables.open(user, asker.connection, name);
}

async function put(name: string, until: readonly number[]): Promise<void> {
  const table = await open(name);
  const items = until.map((seconds, index) => item({ id: S(`${index}`), until: N(seconds) }));
  await Promise.all(
    items.map((next) => table.write(encodeKey(table.keySchema, next), () => ({ next, result: undefined }))),
  );
}

async function count(name: string): Promise<number> {
  const items = (await open(name)).items({});
  let found = 0;
  while ((await items.next()) !== undefined) found++;
  return found;
}

const heed = (name: string, isEnabled = true) =>
  opened.tables.changeTimeToLive(asker, name, { attribute: 'until', isEnabled });
const past = () => Math.floor(opened.clock.nowMs() / 1000) - 1;
const future = () => past() + 3600;

describe('a sweep', () => {
  test('removes the items whose time is up, and no others', async () => {
    await opened.tables.create(user, definitionOf('notes'));
    await put('notes', [past(), future(), past(), future()]);
    await heed('notes');
    await opened.tables.expiry.sweep();
    expect(await count('notes')).toBe(2);
    opened.clock.advance(3_601_000);
    await opened.tables.expiry.sweep();
    expect(await count('notes')).toBe(0);
  });

  test('walks a table of any size, slice by slice', async () => {
    await opened.tables.create(user, definitionOf('notes'));
    const all = Array.from({ length: 2 * sliceItemsMax }, (_, index) =>
      index % 2 === 0 ? past() : future(),
    );
    await put('notes', all);
    await heed('notes');
    await opened.tables.expiry.sweep();
    expect(await count('notes')).toBe(sliceItemsMax);
  });

  test('leaves alone what no table heeds, or heeds no more', async () => {
    for (const name of ['never', 'formerly']) {
      await opened.tables.create(user, definitionOf(name));
      await put(name, [past()]);
    }
    await heed('formerly');
    opened.clock.advance(3_600_000);
    await heed('formerly', false);
    await opened.tables.expiry.sweep();
    expect([await count('never'), await count('formerly')]).toEqual([1, 1]);
  });

  test('heeds what a table was told before a restart', async () => {
    await opened.tables.create(user, definitionOf('notes'));
    await put('notes', [past(), future()]);
    await heed('notes');
    opened = await opened.restart();
    await opened.tables.expiry.sweep();
    expect(await count('notes')).toBe(1);
  });

  test('spares an item that was given more time meanwhile', async () => {
    await opened.tables.create(user, definitionOf('notes'));
    await put('notes', [past()]);
    await heed('notes');
    const table = await open('notes');
    const key = encodeKey(table.keySchema, item({ id: S('0') }));
    const later = item({ id: S('0'), until: N(future()) });
    // Handed in first, it is done first.
    const extended = table.write(key, () => ({ next: later, result: undefined }));
    await Promise.all([extended, opened.tables.expiry.sweep()]);
    expect((await table.get(key))?.item).toEqual(later);
  });

  test('passes over a table without its key, and comes back to it', async () => {
    const keyArn = await newKey(opened.kms);
    await opened.tables.create(user, definitionOf('kept', { kind: 'customer', keyId: keyArn }));
    await opened.tables.create(user, definitionOf('other'));
    for (const name of ['kept', 'other']) {
      await put(name, [past()]);
      await heed(name);
    }
    await opened.kms.keys.disable(user, keyArn);
    await opened.tables.expiry.sweep();
    expect(await count('other')).toBe(0);
    await opened.kms.keys.enable(user, keyArn);
    expect(await count('kept')).toBe(1);
    opened.clock.advance(dayMs);
    await opened.tables.expiry.sweep();
    expect(await count('kept')).toBe(0);
  });

  test('that was stopped removes nothing more', async () => {
    await opened.tables.create(user, definitionOf('notes'));
    await put('notes', [past()]);
    await heed('notes');
    opened.tables.expiry.stop();
    await opened.tables.expiry.sweep();
    expect(await count('notes')).toBe(1);
  });
});
