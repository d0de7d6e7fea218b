import { beforeEach, describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { keyLifeMs, lingerMs } from '../../src/keys/key-cache.ts';
import { user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import { type BooksBench, books, openBooks, openPage, sealPage, trees } from './support.ts';

let bench: BooksBench;

describe('a further data key', () => {
  beforeEach(async () => {
    bench = await openBooks({ remote: false });
  });

  test('seals at once, and after it is adopted opens again with the others', async () => {
    const { keys, connection, clock } = bench;
    const tree = 2;
    const extended = await keys.extend(user, books, [9, tree]);
    const added = extended.dataKeys.slice(-2).map(({ tree: each, id }) => [each, id]);
    expect(added).toEqual([
      [9, 1],
      [tree, 2],
    ]);
    const sealed = sealPage(keys.cipher(books.id, 9), 'new');
    keys.adopt(books.id, extended);
    clock.advance(keyLifeMs + lingerMs);
    expect(() => openPage(keys.cipher(books.id, 9), sealed)).toThrow(Outage);
    await keys.authorize(user, connection, books.id);
    expect(openPage(keys.cipher(books.id, 9), sealed)).toBe('new');
  });

  test('is refused under a disabled key, and leaves the others as they were', async () => {
    const { keys, kms } = bench;
    await kms.keys.disable(user, bench.keyArn);
    expect(await refusalOf(() => keys.extend(user, books, [9]))).toMatch(bench.disabled);
    await kms.keys.enable(user, bench.keyArn);
    expect((await keys.rewrap(user, books, bench.keyArn)).dataKeys).toHaveLength(trees.length);
  });
});
