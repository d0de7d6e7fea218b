import { beforeEach, describe, expect, test } from 'vitest';
import { KeyCache, keyLifeMs, lingerMs } from '../../src/keys/key-cache.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { connect, type TestConnection } from './support.ts';

let clock: VirtualClock;
let wipedMs: number[];
let cache: KeyCache;
let one: TestConnection;
let other: TestConnection;

beforeEach(() => {
  clock = new VirtualClock();
  wipedMs = [];
  cache = new KeyCache({ clock, wipe: () => void wipedMs.push(clock.monotonicMs()) });
  one = connect();
  other = connect();
});

const grant = (connection: TestConnection, arn = 'ada') =>
  cache.add({ connection, arn }, clock.monotonicMs());

describe('a right to the keys', () => {
  for (const [ageMs, lives] of [
    [0, true],
    [keyLifeMs - 1000, true],
    [keyLifeMs - 1, true],
    [keyLifeMs, false],
    [keyLifeMs + 1000, false],
  ] as const) {
    test(`R-REV-1: ${lives ? 'lives' : 'has ended'} ${ageMs} ms after it was asked for`, () => {
      grant(one);
      clock.advance(ageMs);
      expect(cache.use(one, 'ada')).toBe(lives);
    });
  }

  test('counts from the question, not from an answer that was long on its way', () => {
    const askedMs = clock.monotonicMs();
    clock.advance(10_000);
    cache.add({ connection: one, arn: 'ada' }, askedMs);
    clock.advance(keyLifeMs - 10_000 - 1);
    expect(cache.use(one, 'ada')).toBe(true);
    clock.advance(1);
    expect(cache.use(one, 'ada')).toBe(false);
  });

  test('is not made longer by using it', () => {
    grant(one);
    for (let i = 0; i < 3; i++) {
      clock.advance(keyLifeMs / 3);
      expect(cache.use(one, 'ada')).toBe(i < 2);
    }
  });

  test('is of one caller on one connection', () => {
    grant(one);
    expect(cache.use(one, 'bob')).toBe(false);
    expect(cache.use(other, 'ada')).toBe(false);
  });

  test('is not given to a connection that has closed', () => {
    one.close();
    grant(one);
    expect(cache.use(one, 'ada')).toBe(false);
    clock.advance(lingerMs);
    expect(wipedMs).toEqual([lingerMs]);
  });
});

describe('the keys are wiped', () => {
  test('when the last right ends', () => {
    grant(one);
    clock.advance(1000);
    grant(other);
    clock.advance(keyLifeMs * 3);
    expect(wipedMs).toEqual([1000 + keyLifeMs]);
    expect(clock.timers).toBe(0);
  });

  test('only when what was let in just before the end has had its time', () => {
    grant(one);
    clock.advance(keyLifeMs - 1);
    cache.use(one, 'ada');
    clock.advance(lingerMs - 1);
    expect(cache.use(one, 'ada')).toBe(false);
    expect(wipedMs).toEqual([]);
    clock.advance(1);
    expect(wipedMs).toEqual([keyLifeMs - 1 + lingerMs]);
  });

  test('at once when the last connection closes, even while it was at work', () => {
    grant(one);
    grant(other);
    cache.forget(one);
    cache.forget(connect());
    expect(wipedMs).toEqual([]);
    cache.forget(other);
    expect(wipedMs).toEqual([0]);
    expect(clock.timers).toBe(0);
  });

  test('not because a connection closes whose right had ended, while another’s work is under way', () => {
    grant(one);
    clock.advance(1000);
    grant(other);
    clock.advance(keyLifeMs - 1);
    cache.use(other, 'ada');
    clock.advance(1001);
    cache.forget(one);
    expect(wipedMs).toEqual([]);
    clock.advance(lingerMs);
    expect(wipedMs).toEqual([1000 + keyLifeMs - 1 + lingerMs]);
  });

  test('at once when the key is refused, unless another right lives on', () => {
    grant(one);
    grant(other);
    cache.refuse({ connection: one, arn: 'ada' }, { wholeKey: true });
    expect(cache.use(one, 'ada')).toBe(false);
    expect(wipedMs).toEqual([]);
    cache.refuse({ connection: other, arn: 'ada' }, { wholeKey: true });
    expect(wipedMs).toEqual([0]);
  });

  test('not under another’s hands where only one caller is denied', () => {
    grant(one, 'ada');
    grant(one, 'bob');
    clock.advance(keyLifeMs - 1);
    cache.use(one, 'ada');
    clock.advance(1);
    cache.refuse({ connection: one, arn: 'bob' }, { wholeKey: false });
    expect(wipedMs).toEqual([]);
    clock.advance(lingerMs);
    expect(wipedMs).toEqual([keyLifeMs - 1 + lingerMs]);
  });

  test('at once by revoke, whoever holds them', () => {
    grant(one);
    cache.hold();
    cache.revoke();
    expect(cache.use(one, 'ada')).toBe(false);
    expect(wipedMs).toEqual([0]);
    expect(clock.timers).toBe(0);
  });

  test('soon by expire, which lets nobody in but what is under way end', () => {
    grant(one);
    cache.expire();
    expect(cache.use(one, 'ada')).toBe(false);
    expect(wipedMs).toEqual([]);
    clock.advance(lingerMs);
    expect(wipedMs).toEqual([lingerMs]);
  });

  test('shortly after a use without a right', () => {
    cache.touch();
    clock.advance(lingerMs - 1);
    expect(wipedMs).toEqual([]);
    clock.advance(1);
    expect(wipedMs).toEqual([lingerMs]);
  });

  test('not while the service holds them, and then only when no right is left', () => {
    cache.hold();
    cache.hold();
    grant(one);
    clock.advance(keyLifeMs * 2);
    cache.letGo();
    expect(wipedMs).toEqual([]);
    cache.letGo();
    expect(wipedMs).toEqual([keyLifeMs * 2]);
    cache.hold();
    grant(one);
    cache.letGo();
    expect(cache.use(one, 'ada')).toBe(true);
    expect(wipedMs).toHaveLength(1);
  });
});
