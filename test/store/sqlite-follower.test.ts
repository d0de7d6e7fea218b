import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PageStore } from '../../src/store/page-store.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import { followSqliteStore } from '../../src/store/sqlite-follower.ts';

let folder: string;
let owner: SqliteStore;
let follower: PageStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-follower-'));
  owner = openSqliteStore({ folder, create: true });
  follower = followSqliteStore({ folder, storeId: owner.storeId });
});

afterEach(async () => {
  await follower.close();
  await owner.close();
  rmSync(folder, { recursive: true, force: true });
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });

async function commit(version: number): Promise<void> {
  const body = Uint8Array.of(version);
  const head = { tree: 5, expected: version - 1, version, body };
  await owner.commit({ puts: [{ tree: 5, id: 9, version, body }], deletes: [], heads: [head], drops: [] });
}

describe('a follower of a store that another has alone', () => {
  test('reads what its owner has committed, as soon as the owner knows that it is durable', async () => {
    expect(await follower.readHeads([5])).toEqual([undefined]);
    for (let version = 1; version <= 50; version++) {
      await commit(version);
      await nextTurn();
      expect(await follower.readHeads([5])).toMatchObject([{ tree: 5, version }]);
      expect(await follower.readPages(5, [9, 10])).toMatchObject([{ version }, undefined]);
    }
    expect(await follower.listTrees(0, 9)).toEqual([5]);
    expect(await follower.listPages(5, 0, 9)).toEqual([9]);
  });

  test('has another mark once there was a commit, and the same one as long as there was none', async () => {
    const marks: unknown[] = [];
    for (let version = 1; version <= 3; version++) {
      await commit(version);
      for (let asked = 0; asked < 2; asked++) {
        await nextTurn();
        marks.push(follower.commitMark?.());
      }
    }
    expect(marks[0]).toBe(marks[1]);
    expect(new Set(marks).size).toBe(3);
  });

  test('reads one state within a turn, whatever is committed meanwhile', async () => {
    await commit(1);
    await nextTurn();
    const before = await follower.readHeads([5]);
    // A promise that is there already is awaited within the turn.
    for (let step = 0; step < 10; step++) await Promise.resolve();
    expect(await follower.readHeads([5])).toEqual(before);
  });

  test('does not stand in the way of its owner closing, and of the next one', async () => {
    await owner.close();
    owner = openSqliteStore({ folder, create: false });
    await commit(1);
    await nextTurn();
    expect(await follower.readHeads([5])).toMatchObject([{ version: 1 }]);
  });

  test('changes nothing', async () => {
    await expect(follower.commit({ puts: [], deletes: [], heads: [], drops: [] })).rejects.toEqual(
      outage('StoreUnavailable'),
    );
  });

  test('is refused where another store lies than the owner has', () => {
    const another = () => followSqliteStore({ folder, storeId: new Uint8Array(16) });
    expect(another).toThrow(outage('StoreReplaced'));
  });

  test('reads nothing once it is closed; closing again does nothing', async () => {
    await follower.close();
    await follower.close();
    expect(() => follower.readHeads([5])).toThrow(outage('Closed'));
  });
});
