import { beforeEach, describe, expect, test } from 'vitest';
import { AssertionFault, IntegrityFault, Outage } from '../../src/base/errors.ts';
import { keyLifeMs, lingerMs } from '../../src/keys/key-cache.ts';
import { TableKeys, type WrappedTableKeys } from '../../src/keys/table-keys.ts';
import { region, user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import {
  type BooksBench,
  books,
  connect,
  films,
  openBooks,
  openPage,
  sealPage,
  settle,
  timersOf,
  trees,
} from './support.ts';

let bench: BooksBench;

async function start(remote: boolean): Promise<void> {
  bench = await openBooks({ remote });
}

describe('making a table’s keys', () => {
  beforeEach(() => start(false));

  test('asks the key service twice, and leaves only the data keys open', async () => {
    const { keys, service, core } = bench;
    const made = await keys.create(user, films, bench.keyArn, [4, 5, 6], bench.connection);
    expect(service.callers.map((call) => call.split(' ')[0])).toEqual(['DescribeKey', 'GenerateDataKey']);
    expect(core.aliveCount).toBe(3);
    expect(made.keyArn).toBe(bench.keyArn);
    expect(made.dataKeys.map(({ tree, id }) => [tree, id])).toEqual([
      [4, 1],
      [5, 1],
      [6, 1],
    ]);
    expect(keys.authorize(user, bench.connection, films.id)).toBeUndefined();
  });

  test('without a connection, they are there for a moment', async () => {
    const { keys, clock, core, wiped } = bench;
    await keys.create(user, films, bench.keyArn, [4]);
    clock.advance(lingerMs - 1);
    expect(sealPage(keys.cipher(films.id, 4), 'x')).toHaveLength(41);
    clock.advance(1);
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Films']);
  });

  test('is refused under an unusable key, and leaves nothing', async () => {
    const { keys, kms, core } = bench;
    await kms.keys.disable(user, bench.keyArn);
    expect(await refusalOf(() => keys.create(user, films, bench.keyArn, [4], bench.connection))).toMatch(
      bench.disabled,
    );
    expect(await refusalOf(() => keys.cipher(films.id, 4))).toBe(
      'TableNotFound: Requested resource not found',
    );
    expect(core.aliveCount).toBe(0);
  });

  test('is refused where the key was disabled while the answer was on its way', async () => {
    const { keys, kms, service, core } = bench;
    service.delay = async () => void (await kms.keys.disable(user, bench.keyArn));
    expect(await refusalOf(() => keys.create(user, films, bench.keyArn, [4], bench.connection))).toMatch(
      bench.disabled,
    );
    expect(() => keys.cipher(films.id, 4)).toThrow('Requested resource not found');
    expect(core.aliveCount).toBe(0);
  });

  test('asks once more where another key changed meanwhile', async () => {
    const { keys, kms, service } = bench;
    const { arn } = await kms.keys.create(user, {});
    service.delay = async () => void (await kms.keys.disable(user, arn));
    await keys.create(user, films, bench.keyArn, [4], bench.connection);
    expect(service.decrypts).toBe(1);
    expect(keys.authorize(user, bench.connection, films.id)).toBeUndefined();
  });

  test('a table is made once and held once', async () => {
    await expect(bench.keys.create(user, books, bench.keyArn, trees)).rejects.toThrow(AssertionFault);
    expect(() => bench.keys.hold(books, bench.wrapped)).toThrow(AssertionFault);
    expect(await bench.request()).toBe('a page');
  });
});

describe('the service itself', () => {
  beforeEach(() => start(false));
  const asService = 'Decrypt dynamodb.amazonaws.com dynamodb.amazonaws.com';

  test('uses keys for one piece of work, and wipes them after it, also when that fails', async () => {
    const { keys, core, service, wiped } = bench;
    expect(await keys.withService(books, async () => bench.read())).toBe('a page');
    expect(core.aliveCount).toBe(0);
    const failing = keys.withService(books, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books', 'Books']);
    expect(service.callers).toEqual([asService, asService]);
  });

  test('works as long as it needs', async () => {
    const { keys, clock } = bench;
    await keys.withService(books, async () => {
      clock.advance(keyLifeMs * 10);
      expect(bench.read()).toBe('a page');
    });
  });

  test('leaves keys that are cached where they are', async () => {
    await bench.request();
    await bench.keys.withService(books, async () => bench.read());
    expect(bench.keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    expect(bench.read()).toBe('a page');
  });

  test('has everyone asked for anew once callers’ own policies have changed, and keeps its keys till then', async () => {
    await bench.request();
    bench.keys.callersChanged();
    expect(bench.read()).toBe('a page');
    expect(bench.keys.authorize(user, bench.connection, books.id)).toBeInstanceOf(Promise);
  });

  test('stops in the middle when the key is disabled', async () => {
    const { keys, kms, keyArn, core } = bench;
    const work = keys.withService(books, async () => {
      await kms.keys.disable(user, keyArn);
      await settle();
      return bench.read();
    });
    expect(await refusalOf(() => work)).toMatch(bench.disabled);
    expect(core.aliveCount).toBe(0);
    expect(await refusalOf(() => keys.withService(books, async () => bench.read()))).toMatch(bench.disabled);
  });

  test('keeps what it holds for ever', async () => {
    const { keys, clock, core } = bench;
    await keys.holdForService(user, books.id);
    await bench.request();
    bench.connection.close();
    clock.advance(keyLifeMs * 1000);
    expect(bench.read()).toBe('a page');
    expect(core.aliveCount).toBe(trees.length);
    keys.close();
    expect(core.aliveCount).toBe(0);
  });

  test('checks a key without opening a table', async () => {
    const { keys, kms, keyArn, core, service } = bench;
    expect(await keys.check(books)).toBeUndefined();
    expect(core.aliveCount).toBe(0);
    await kms.keys.disable(user, keyArn);
    const refusal = await keys.check(books);
    expect(`TableKeyRefused: ${refusal?.message}`).toMatch(bench.disabled);
    service.outage = new Outage('KeyServiceUnavailable');
    await expect(keys.check(books)).rejects.toBe(service.outage);
  });
});

describe('moving to another key', () => {
  type Kind = 'owned' | 'managed' | 'customer';
  const keyOf = (kind: Kind): Promise<string> | string => {
    if (kind === 'owned') return bench.keys.ownedKey(region);
    return kind === 'managed' ? 'alias/aws/dynamodb' : bench.keyArn;
  };
  const directions: [Kind, Kind][] = [
    ['owned', 'managed'],
    ['owned', 'customer'],
    ['managed', 'owned'],
    ['managed', 'customer'],
    ['customer', 'owned'],
    ['customer', 'managed'],
  ];
  for (const [from, to] of directions) {
    test(`${from} to ${to}: pages open before, meanwhile and after, and after a restart`, async () => {
      await start(false);
      const { keys, core, service, clock } = bench;
      const before = await keys.create(user, films, await keyOf(from), [4], bench.connection);
      const cipher = keys.cipher(films.id, 4);
      const sealed = sealPage(cipher, 'a film');
      const after = await keys.rewrap(user, films, await keyOf(to));
      expect(openPage(cipher, sealed)).toBe('a film');
      expect(after.keyArn).not.toBe(before.keyArn);
      expect(core.aliveCount).toBe(1);
      keys.adopt(films.id, after);
      expect(openPage(cipher, sealed)).toBe('a film');
      await keys.authorize(user, bench.connection, films.id);
      expect(openPage(cipher, sealed)).toBe('a film');
      const restarted = new TableKeys({ core, service, clock });
      restarted.hold(films, after);
      await restarted.authorize(user, connect(), films.id);
      expect(openPage(restarted.cipher(films.id, 4), sealed)).toBe('a film');
      const other = new TableKeys({ core, service, clock });
      other.hold(films, { ...after, tableKey: before.tableKey, keyArn: before.keyArn });
      await expect(other.authorize(user, connect(), films.id)).rejects.toThrow(IntegrityFault);
    });
  }

  test('leaves the old key without power over the table', async () => {
    await start(false);
    const { keys, kms, keyArn } = bench;
    await bench.request();
    keys.adopt(books.id, await keys.rewrap(user, books, await keys.ownedKey(region)));
    await bench.request();
    await kms.keys.disable(user, keyArn);
    expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    expect(await bench.request(connect())).toBe('a page');
  });

  test('asks every caller’s right to the new key at once', async () => {
    await start(false);
    const { keys, kms } = bench;
    await bench.request();
    const { arn } = await kms.keys.create(user, {});
    const after = await keys.rewrap(user, books, arn);
    await kms.keys.disable(user, arn);
    keys.adopt(books.id, after);
    expect(await refusalOf(() => bench.request())).toContain(`${arn} is disabled.`);
  });

  test('is refused for the old key before the new one, naming it, and changes nothing', async () => {
    await start(false);
    const { keys, kms, core, keyArn } = bench;
    const { arn } = await kms.keys.create(user, {});
    await kms.keys.disable(user, arn);
    expect(await refusalOf(() => keys.rewrap(user, books, arn))).toContain(`${arn} is disabled.`);
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(() => keys.rewrap(user, books, arn))).toMatch(bench.disabled);
    expect(core.aliveCount).toBe(0);
    await kms.keys.enable(user, keyArn);
    expect(await bench.request()).toBe('a page');
  });

  test('meets a request that the old key lets in or refuses: it asks again under the new one', async () => {
    for (const isRefused of [false, true]) {
      await start(true);
      const { keys, kms, service, keyArn } = bench;
      const after = await keys.rewrap(user, books, await keys.ownedKey(region));
      if (isRefused) await kms.keys.disable(user, keyArn);
      service.delay = async () => {
        service.delay = undefined;
        keys.adopt(books.id, after);
      };
      const before = service.decrypts;
      expect(await bench.request()).toBe('a page');
      expect(service.decrypts - before).toBe(2);
    }
  });

  test('never changes the data keys', async () => {
    await start(false);
    const { keys } = bench;
    const before = (await keys.rewrap(user, books, bench.keyArn)).dataKeys.map(({ tree, id }) => ({
      tree,
      id,
    }));
    const after = await keys.rewrap(user, books, await keys.ownedKey(region));
    expect(after.dataKeys.map(({ tree, id }) => ({ tree, id }))).toEqual(before);
  });
});

describe('R-COM-1: wrapped keys that were changed', () => {
  const changed = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

  /** Takes up `stored` in place of Books as it is, and asks. */
  async function take(stored: WrappedTableKeys): Promise<unknown> {
    bench.keys.release(books.id);
    bench.keys.hold(books, stored);
    try {
      return await bench.request();
    } catch (fault) {
      return fault;
    }
  }

  beforeEach(() => start(true));

  test('as they were, open', async () => expect(await take(bench.wrapped)).toBe('a page'));

  test('in any byte of any data key are tampering, and nothing stays open', async () => {
    for (const [index, { sealed }] of bench.wrapped.dataKeys.entries()) {
      for (let at = 0; at < sealed.length; at++) {
        const dataKeys = bench.wrapped.dataKeys.map((key, i) =>
          i === index ? { ...key, sealed: changed(sealed, at) } : key,
        );
        const fault = await take({ ...bench.wrapped, dataKeys });
        expect(fault, `data key ${index}, byte ${at}`).toBeInstanceOf(IntegrityFault);
        expect(bench.core.aliveCount).toBe(0);
      }
    }
  });

  test('in any byte of the table key are tampering, and nothing stays open', async () => {
    for (let at = 0; at < bench.wrapped.tableKey.length; at++) {
      const fault = await take({ ...bench.wrapped, tableKey: changed(bench.wrapped.tableKey, at) });
      expect(fault, `byte ${at}`).toBeInstanceOf(IntegrityFault);
      expect(bench.core.aliveCount).toBe(0);
    }
  });

  test('so that two trees have each other’s data key are tampering', async () => {
    const [first, second] = bench.wrapped.dataKeys;
    if (first === undefined || second === undefined) throw new Error('two data keys are needed');
    const dataKeys = [
      { ...first, sealed: second.sealed },
      { ...second, sealed: first.sealed },
    ];
    expect(await take({ ...bench.wrapped, dataKeys })).toBeInstanceOf(IntegrityFault);
  });

  test('so that another table has them are tampering', async () => {
    const { keys } = bench;
    keys.hold({ ...books, id: 'id-of-new-books' }, bench.wrapped);
    await expect(keys.authorize(user, bench.connection, 'id-of-new-books')).rejects.toThrow(IntegrityFault);
    keys.hold(films, bench.wrapped);
    await expect(keys.authorize(user, bench.connection, films.id)).rejects.toThrow(IntegrityFault);
  });
});

describe('the end', () => {
  beforeEach(() => start(false));

  test('of a table wipes its keys, and its ciphers know no table', async () => {
    const { keys, core, wiped } = bench;
    await bench.request();
    const cipher = keys.cipher(books.id, 2);
    keys.release(books.id);
    keys.release(books.id);
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    expect(await refusalOf(() => openPage(cipher, bench.page))).toBe(
      'TableNotFound: Requested resource not found',
    );
    expect(await timersOf(bench)).toBe(0);
  });

  test('of a table or of all, while an answer is on its way, opens nothing', async () => {
    for (const end of [() => bench.keys.release(books.id), () => bench.keys.close()]) {
      await start(false);
      const { keys, service, core } = bench;
      service.delay = async () => end();
      const asking = [
        keys.authorize(user, bench.connection, books.id),
        keys.withService(books, async () => bench.read()),
        keys.holdForService(user, books.id),
      ];
      for (const { status } of await Promise.allSettled(asking)) expect(status).toBe('rejected');
      expect(core.aliveCount).toBe(0);
      expect(await timersOf(bench)).toBe(0);
    }
  });

  test('of a table while its key is refused is the end of the table', async () => {
    const { keys, kms, service, keyArn } = bench;
    await kms.keys.disable(user, keyArn);
    service.delay = async () => keys.release(books.id);
    expect(await refusalOf(() => bench.request())).toBe('TableNotFound: Requested resource not found');
  });

  test('of all wipes everything, and comes twice to no harm', async () => {
    const { keys, core, kms, keyArn, wiped } = bench;
    await bench.request();
    const cipher = keys.cipher(books.id, 2);
    const after = keys.withService(books, async () => keys.close());
    await after;
    keys.close();
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    expect(() => openPage(cipher, bench.page)).toThrow('The engine is closed.');
    expect(() => keys.hold(films, bench.wrapped)).toThrow(Outage);
    expect(bench.service.listeners).toBe(0);
    expect(() => keys.cipher(books.id, 2)).toThrow(Outage);
    await kms.keys.disable(user, keyArn);
    bench.connection.close();
    expect(await timersOf(bench)).toBe(0);
  });
});

test('a bench may put its own cipher in place of a tree’s', async () => {
  await start(false);
  const { core, service, clock } = bench;
  const plain = bench.keys.cipher(books.id, 2);
  const pageCipher = (tree: number) => (tree === 3 ? plain : undefined);
  const keys = new TableKeys({ core, service, clock, pageCipher });
  keys.hold(books, bench.wrapped);
  expect(keys.cipher(books.id, 3)).toBe(plain);
  expect(keys.cipher(books.id, 2)).not.toBe(plain);
});
