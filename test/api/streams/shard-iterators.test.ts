import { beforeEach, describe, expect, test } from 'vitest';
import { iteratorAgeMsMax, ShardIterators } from '../../../src/api/streams/shard-iterators.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { refusalOf } from '../../support/refusal.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const core = createFallbackCore();
const key = core.generateKey();
const arn = 'arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000';
const place = { arn, position: { shard: 3, sequence: 2 ** 40, atHorizon: true } };

let clock: VirtualClock;
let iterators: ShardIterators;
beforeEach(() => {
  clock = new VirtualClock();
  iterators = new ShardIterators({ core, key, clock });
});

test('a place comes back from its iterator, also after a restart with the same key', () => {
  const iterator = iterators.seal(place);
  expect(iterator.startsWith(`${arn}|1|`)).toBe(true);
  expect(iterators.open(iterator)).toEqual(place);
  expect(new ShardIterators({ core, key, clock }).open(iterator)).toEqual(place);
});

test('an iterator is good for a quarter of an hour', async () => {
  const iterator = iterators.seal(place);
  clock.advance(iteratorAgeMsMax);
  expect(iterators.open(iterator)).toEqual(place);
  clock.advance(1);
  expect(await refusalOf(() => iterators.open(iterator))).toMatch(/^IteratorExpired: /);
});

describe('D20: an iterator is refused', () => {
  const sealed = () => new ShardIterators({ core, key, clock: new VirtualClock() }).seal(place);
  const other = () =>
    new ShardIterators({ core, key: core.generateKey(), clock: new VirtualClock() }).seal(place);
  const flipped = (iterator: string) =>
    `${iterator.slice(0, -10)}${iterator.at(-10) === 'A' ? 'B' : 'A'}${iterator.slice(-9)}`;
  const cases: readonly (readonly [string, string])[] = [
    ['that is empty', ''],
    ['without anything sealed', `${arn}|1|`],
    ['too short to be sealed', `${arn}|1|AAAA`],
    ['with a changed letter', flipped(sealed())],
    ['for another stream', sealed().replace('orders', 'others')],
    ['for what is no stream', sealed().replace('/stream/', '/index/')],
    ['of another version', sealed().replace('|1|', '|2|')],
    ['of another key', other()],
  ];
  for (const [title, iterator] of cases) {
    test(title, async () => {
      expect(await refusalOf(() => iterators.open(iterator))).toBe('Validation: Invalid ShardIterator');
    });
  }
});
