import { beforeEach, describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { keyLifeMs, lingerMs } from '../../src/keys/key-cache.ts';
import { TableKeys, type WrappedTableKeys } from '../../src/keys/table-keys.ts';
import { user } from '../support/embedded-kms.ts';
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

const bob = { ...user, arn: user.arn.replace('ada', 'bob') };
let bench: BooksBench;

async function start(remote: boolean): Promise<void> {
  bench = await openBooks({ remote });
}

describe('asking the key service', () => {
  beforeEach(() => start(true));

  test('happens as the caller by way of the service, once in five minutes', async () => {
    const { service, clock, keys } = bench;
    expect(await bench.request()).toBe('a page');
    for (let s = 0; s < 300; s += 10) {
      expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
      clock.advance(10_000);
    }
    expect(service.callers).toEqual([`Decrypt ${user.arn} dynamodb.amazonaws.com`]);
    expect(await bench.request()).toBe('a page');
    expect(service.decrypts).toBe(2);
  });

  test('happens once however many requests wait', async () => {
    const { service } = bench;
    expect(await Promise.all(Array.from({ length: 50 }, () => bench.request()))).toEqual(
      Array(50).fill('a page'),
    );
    expect(service.decrypts).toBe(1);
  });

  test('that is refused refuses all who waited, and the next one asks again', async () => {
    const { service, kms, keyArn } = bench;
    await kms.keys.disable(user, keyArn);
    const refusals = await Promise.all(Array.from({ length: 5 }, () => refusalOf(() => bench.request())));
    for (const refusal of refusals) expect(refusal).toMatch(bench.disabled);
    expect(service.decrypts).toBe(1);
    expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
    expect(service.decrypts).toBe(2);
  });

  test('happens for each connection, each caller and each table', async () => {
    const { service, keys } = bench;
    keys.hold(films, await otherTable());
    const before = service.decrypts;
    await Promise.all([bench.request(), bench.request(connect()), bench.request(bench.connection, bob)]);
    await keys.authorize(user, bench.connection, films.id);
    expect(service.decrypts - before).toBe(4);
  });

  test('opens the data keys once for all, and wipes each table key', async () => {
    const { core } = bench;
    await bench.request();
    await bench.request(connect());
    expect(core.aliveCount).toBe(trees.length);
  });

  test('in an outage fails with the outage, and keys that are still good work on', async () => {
    const { service, clock } = bench;
    await bench.request();
    clock.advance(keyLifeMs - 1);
    service.outage = new Outage('KeyServiceUnavailable');
    expect(await bench.request()).toBe('a page');
    clock.advance(1);
    await expect(bench.request()).rejects.toBe(service.outage);
    service.outage = undefined;
    expect(await bench.request()).toBe('a page');
  });

  test('for a table that is not held, or of keys that are closed, is refused', async () => {
    expect(() => bench.keys.authorize(user, bench.connection, films.id)).toThrow(
      'Requested resource not found',
    );
    bench.keys.close();
    expect(() => bench.keys.authorize(user, bench.connection, books.id)).toThrow(Outage);
  });
});

/** Wrapped keys of Films, made elsewhere under the same KMS key. */
async function otherTable(): Promise<WrappedTableKeys> {
  const { core, service, clock } = bench;
  const other = new TableKeys({ core, service, clock });
  const made = await other.create(user, films, bench.keyArn, [4]);
  other.close();
  return made;
}

describe('R-REV-1: taking the key away', () => {
  for (const [afterS, works] of [
    [299, true],
    [300, false],
    [301, false],
  ] as const) {
    const answer = works ? 'let in' : 'refused';
    test(`from a service that does not tell: ${afterS} s later a request is ${answer}`, async () => {
      await start(true);
      const { kms, clock, keyArn, core, wiped } = bench;
      await bench.request();
      await kms.keys.disable(user, keyArn);
      clock.advance(afterS * 1000);
      if (works) {
        expect(await bench.request()).toBe('a page');
        return;
      }
      expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
      expect(core.aliveCount).toBe(0);
      expect(wiped).toEqual(['Books']);
    });
  }

  test('with no request at all, the keys are wiped after 300 s, and nothing goes on ticking', async () => {
    await start(true);
    const { clock, core, wiped } = bench;
    await bench.request();
    clock.advance(keyLifeMs - 1);
    expect(core.aliveCount).toBe(trees.length);
    clock.advance(1);
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    expect(clock.timers).toBe(0);
    expect(bench.read).toThrow('The keys of the table expired before the request was done');
  });

  test('what was let in at 299 s may finish, while new requests are refused', async () => {
    await start(true);
    const { clock, core, keys } = bench;
    await bench.request();
    clock.advance(keyLifeMs - 1000);
    expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    clock.advance(1000);
    expect(bench.read()).toBe('a page');
    expect(keys.authorize(user, bench.connection, books.id)).toBeInstanceOf(Promise);
    await settle();
    clock.advance(keyLifeMs + lingerMs);
    expect(core.aliveCount).toBe(0);
  });

  test('a refusal wipes at once, also what was let in a second ago', async () => {
    await start(true);
    const { clock, core, keys, kms, keyArn, wiped } = bench;
    await bench.request();
    clock.advance(keyLifeMs - 1000);
    expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    await kms.keys.disable(user, keyArn);
    clock.advance(1000);
    expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    expect(await refusalOf(bench.read)).toMatch(bench.disabled);
  });

  test('a refusal on one connection leaves another its five minutes', async () => {
    await start(true);
    const { kms, keyArn, core, clock } = bench;
    await bench.request();
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(() => bench.request(connect()))).toMatch(bench.disabled);
    expect(await bench.request()).toBe('a page');
    clock.advance(keyLifeMs);
    expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
    expect(core.aliveCount).toBe(0);
  });

  test('from the embedded service stops the table at once', async () => {
    await start(false);
    const { kms, keyArn, core, wiped, keys } = bench;
    await bench.request();
    await kms.keys.disable(user, keyArn);
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    await settle();
    expect(await refusalOf(bench.read)).toMatch(bench.disabled);
    expect(keys.authorize(user, bench.connection, books.id)).toBeInstanceOf(Promise);
    expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
  });

  test('and giving it back before anyone asked why leaves no word of it', async () => {
    await start(false);
    const { kms, keyArn, service } = bench;
    await bench.request();
    let arrive = () => {};
    service.delay = () => new Promise<void>((resolve) => (arrive = resolve));
    await kms.keys.disable(user, keyArn);
    await settle();
    await kms.keys.enable(user, keyArn);
    arrive();
    await settle();
    expect(bench.read).toThrow(Outage);
  });

  test('by scheduling its deletion reads as AWS writes it', async () => {
    await start(false);
    const { kms, keyArn } = bench;
    await bench.request();
    await kms.keys.scheduleDeletion(user, keyArn, 7);
    expect(await refusalOf(() => bench.request())).toContain(
      'KMS validation error: com.amazonaws.services.kms.model.KMSInvalidStateException: ' +
        `${keyArn} is pending deletion. (Service: AWSKMS;`,
    );
  });

  test('a key that is deleted for good is missing by its name', async () => {
    await start(false);
    const { kms, keyArn, clock } = bench;
    await kms.keys.scheduleDeletion(user, keyArn, 7);
    for (let day = 0; day < 9; day++) await clock.advanceAndSettle(86_400_000);
    expect(await refusalOf(() => bench.request())).toContain(
      `NotFoundException: Key '${keyArn}' does not exist (Service: AWSKMS;`,
    );
  });

  test('and giving it back: the next request asks, and goes on with the same pages', async () => {
    for (const remote of [true, false]) {
      await start(remote);
      const { kms, keyArn } = bench;
      await kms.keys.disable(user, keyArn);
      expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
      await kms.keys.enable(user, keyArn);
      expect(await bench.request()).toBe('a page');
    }
  });

  test('another table’s key stops no table', async () => {
    await start(false);
    const { kms, keys, core } = bench;
    await bench.request();
    const { arn } = await kms.keys.create(user, {});
    await keys.create(user, films, arn, [4], bench.connection);
    await kms.keys.disable(user, arn);
    expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    expect(core.aliveCount).toBe(trees.length);
  });

  test('while an answer is on its way: the answer is worth nothing', async () => {
    await start(false);
    const { service, kms, keyArn, core } = bench;
    service.delay = async () => void (await kms.keys.disable(user, keyArn));
    expect(await refusalOf(() => bench.request())).toMatch(bench.disabled);
    expect(service.decrypts).toBe(2);
    expect(core.aliveCount).toBe(0);
  });

  test('a key that changes with every answer is given up on', async () => {
    await start(false);
    const { service, kms, keyArn, core } = bench;
    service.delay = async () => {
      await kms.keys.disable(user, keyArn);
      await kms.keys.enable(user, keyArn);
    };
    await expect(bench.request()).rejects.toThrow('The key changes faster than it answers.');
    expect(core.aliveCount).toBe(0);
  });
});

describe('a caller who is denied', () => {
  const denied = new RegExp(
    '^TableKeyRefused: KMS key access denied error: ' +
      'com\\.amazonaws\\.services\\.kms\\.model\\.AWSKMSException: ' +
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, ' +
      'or you are not allowed to access\\. ' +
      '\\(Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; ',
  );
  const stranger = { ...user, arn: 'arn:aws:iam::999988887777:user/eve', account: '999988887777' };

  test('cannot use the right of another on the same connection, nor does that one lose it', async () => {
    await start(true);
    await bench.request();
    expect(await refusalOf(() => bench.request(bench.connection, stranger))).toMatch(denied);
    expect(bench.keys.authorize(user, bench.connection, books.id)).toBeUndefined();
  });

  test('does not disturb what others have under way', async () => {
    await start(true);
    const { clock, keys, core } = bench;
    await bench.request();
    clock.advance(keyLifeMs - 1);
    expect(keys.authorize(user, bench.connection, books.id)).toBeUndefined();
    clock.advance(1);
    expect(await refusalOf(() => bench.request(bench.connection, stranger))).toMatch(denied);
    expect(bench.read()).toBe('a page');
    clock.advance(lingerMs);
    expect(core.aliveCount).toBe(0);
    expect(bench.read).toThrow(Outage);
  });
});

describe('connections', () => {
  beforeEach(() => start(true));

  test('take the keys with them when the last one closes', async () => {
    const { core, wiped } = bench;
    const other = connect();
    await Promise.all([bench.request(), bench.request(other)]);
    bench.connection.close();
    expect(core.aliveCount).toBe(trees.length);
    other.close();
    expect(core.aliveCount).toBe(0);
    expect(wiped).toEqual(['Books']);
    expect(await timersOf(bench)).toBe(0);
  });

  test('that close while their request waits get no right', async () => {
    const { service, clock, core } = bench;
    service.delay = async () => bench.connection.close();
    expect(await bench.request()).toBe('a page');
    clock.advance(lingerMs);
    expect(core.aliveCount).toBe(0);
    service.delay = undefined;
    expect(bench.keys.authorize(user, bench.connection, books.id)).toBeInstanceOf(Promise);
    await settle();
  });
});

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
