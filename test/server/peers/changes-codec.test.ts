import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/lab/seeded-random.ts';
import { decodeChanges, encodeChanges } from '../../../src/server/peers/changes-codec.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import { pullAnswer } from './support.ts';

const changes = pullAnswer.page?.changes ?? [];
const item = encodeItem(new Map([['id', { S: 'a' }]]));
const key = Uint8Array.of(1);
const stamp = { ms: 1, count: 0, region: 'us-east-1' };

test('changes come back as they were: with stamp and item, deleted, and older than everything', () => {
  expect(changes).toHaveLength(3);
  expect(decodeChanges(encodeChanges(changes))).toEqual(changes);
  expect(decodeChanges(encodeChanges([]))).toEqual([]);
});

describe('refused is', () => {
  const encoded = (change: object) => encodeChanges([{ key, stamp, item, ...change }]);
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['a change without a key', encoded({ key: new Uint8Array(0) })],
    ['a key that is too long for any item', encoded({ key: new Uint8Array(8193) })],
    ['a region of another form', encoded({ stamp: { ...stamp, region: 'US East' } })],
    ['a change that is neither written nor deleted', encoded({ stamp: undefined, item: undefined })],
    ['an item of no format', encoded({ item: Uint8Array.of(9, 0, 0, 0, 0) })],
    ['an item whose size is not that of its attributes', encoded({ item: item.with(1, 99) })],
    [
      'an item above 400 KB',
      encoded({ item: encodeItem(new Map([['id', { B: new Uint8Array(409_600) }]])) }),
    ],
    ['more bytes than changes', Uint8Array.of(...encodeChanges(changes), 0)],
    ['more changes than bytes', Uint8Array.of(200, 1)],
    ['nothing at all', new Uint8Array(0)],
  ];
  for (const [title, bytes] of cases) {
    test(title, () => expect(() => decodeChanges(bytes)).toThrow(WireFault));
  }
});

/** R-API-1: whatever the bytes are, they are changes or a fault of the wire. */
test('any damage is a fault of the wire, or makes other changes that are whole', () => {
  const whole = encodeChanges(changes);
  for (let seed = 1; seed <= 3000; seed++) {
    const random = seededRandom(seed);
    const bytes = Uint8Array.from(whole);
    for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    const damaged = random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
    try {
      const read = decodeChanges(damaged);
      expect(decodeChanges(encodeChanges(read)), `seed ${seed}`).toEqual(read);
    } catch (fault) {
      expect(fault, `seed ${seed}`).toBeInstanceOf(WireFault);
    }
  }
});
