import { expect, test } from 'vitest';
import { type FollowerKeeper, TableFollowers } from '../../src/tables/table-followers.ts';
import { openProtected } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';

/** One that waits until it is planted, and then has a writer. */
class Keeper implements FollowerKeeper {
  isPlanted = false;
  planted = 0;

  isWaiting(): boolean {
    return !this.isPlanted;
  }

  async plant(): Promise<void> {
    this.isPlanted = true;
    this.planted++;
  }

  async writers() {
    return [{ check: () => {}, follow: () => undefined }];
  }
}

test('a table waits for each of its keepers, is planted by those that wait, and followed by all', async () => {
  const { tables } = await openProtected();
  const record = tables.copying.find(user, 'T');
  const [one, other] = [new Keeper(), new Keeper()];
  other.isPlanted = true;
  const followers = new TableFollowers([one, other]);
  expect(followers.isWaiting(record)).toBe(true);
  const known = { record, opened: undefined, opening: undefined, isShort: false, isDropping: false };
  await followers.plant(known);
  expect([one.planted, other.planted, followers.isWaiting(record)]).toEqual([1, 0, false]);
  expect(await followers.writers(record)).toHaveLength(2);
});
