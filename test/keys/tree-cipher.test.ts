import { beforeEach, describe, expect, test } from 'vitest';
import { user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import { type BooksBench, books, openBooks, openPage, sealPage } from './support.ts';

let bench: BooksBench;

describe('further data keys', () => {
  beforeEach(async () => {
    bench = await openBooks({ remote: false });
  });

  async function held(): Promise<void> {
    bench.keys.release(books.id);
    bench.keys.hold(books, bench.wrapped);
    await bench.keys.authorize(user, bench.connection, books.id);
  }

  test('of new trees seal at once, and are what is stored', async () => {
    await held();
    const { keys, wrapped } = bench;
    const extended = await keys.extend(user, books, [7]);
    expect(extended).toEqual({ ...wrapped, dataKeys: [...wrapped.dataKeys, extended.dataKeys.at(-1)] });
    const sealed = sealPage(keys.cipher(books.id, 7), 'a page');
    keys.release(books.id);
    keys.hold(books, extended);
    await keys.authorize(user, bench.connection, books.id);
    expect(openPage(keys.cipher(books.id, 7), sealed)).toBe('a page');
  });

  test('of a tree that has one seal once they are adopted', async () => {
    await held();
    const { keys } = bench;
    const cipher = keys.cipher(books.id, 2);
    const extended = await keys.extend(user, books, [2]);
    expect(cipher.dataKeyId).toBe(1);
    keys.adopt(books.id, extended);
    expect(cipher.dataKeyId).toBe(2);
    expect(openPage(cipher, sealPage(cipher, 'a page'), 2)).toBe('a page');
    expect(openPage(cipher, bench.page, 1)).toBe('a page');
  });

  test('never have the number of one that was made before, though it was not stored', async () => {
    await held();
    const { keys } = bench;
    const [one, other] = await Promise.all([keys.extend(user, books, [2]), keys.extend(user, books, [2])]);
    expect([one, other].map(({ dataKeys }) => dataKeys.at(-1)?.id)).toEqual([2, 3]);
    keys.adopt(books.id, one);
    expect(keys.cipher(books.id, 2).dataKeyId).toBe(2);
  });

  test('are refused while the KMS key is disabled', async () => {
    await held();
    const { keys, kms, keyArn, disabled } = bench;
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(() => keys.extend(user, books, [2]))).toMatch(disabled);
  });

  test('R-LIM-1: tell how much they sealed, and seal no more than is granted', async () => {
    await held();
    const { keys } = bench;
    keys.meter(books.id, [{ tree: 2, id: 1, seals: 5, bytes: 50 }]);
    expect(await refusalOf(() => sealPage(keys.cipher(books.id, 2), 'a page')).catch(String)).toContain(
      'has sealed as much as it may',
    );
    const [first] = keys.dataKeys(books.id);
    expect(first).toMatchObject({ tree: 2, id: 1, seals: 5, bytes: 50, isLow: true, isDue: false });
    keys.grant(books.id, [{ tree: 2, id: 1 }]);
    sealPage(keys.cipher(books.id, 2), 'a page');
    expect(keys.dataKeys(books.id)[0]).toMatchObject({ seals: 6, bytes: 56, isLow: false });
    expect(keys.limits.rotateSeals).toBe(2 ** 30);
  });
});
