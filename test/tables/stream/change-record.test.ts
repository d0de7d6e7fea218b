import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import type { Item } from '../../../src/tables/attribute.ts';
import { EncodedItem } from '../../../src/tables/encoded-item.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import {
  type ChangeRecord,
  changeBytes,
  changeRecord,
  changeTimeMs,
  decodeChange,
  encodeChange,
} from '../../../src/tables/stream/change-record.ts';
import { type StreamViewType, streamViewTypes } from '../../../src/tables/stream/stream-state.ts';
import { anyItem, item, N, S } from '../support.ts';

const keySchema = { hash: { name: 'id', type: 'S' } } as const;
const stored = (from: Item) => new EncodedItem(encodeItem(from));
const one = item({ id: S('a'), n: N(1) });
const two = item({ id: S('a'), n: N(2) });
const keys = item({ id: S('a') });
const key = Uint8Array.of(1);
const nowMs = 1_700_000_000_123;

const recordOf = (
  old: Item | undefined,
  next: Item | undefined,
  view: StreamViewType = 'NEW_AND_OLD_IMAGES',
) => changeRecord({ key, old: old && stored(old), next }, { view, keySchema }, nowMs);

describe('a change is recorded', () => {
  const cases: readonly (readonly [string, ChangeRecord | undefined, Partial<ChangeRecord>])[] = [
    ['as an insert', recordOf(undefined, one), { kind: 'INSERT', newImage: one, oldImage: undefined }],
    ['as a modification', recordOf(one, two), { kind: 'MODIFY', newImage: two, oldImage: one }],
    ['as a removal', recordOf(one, undefined), { kind: 'REMOVE', newImage: undefined, oldImage: one }],
  ];
  for (const [title, record, expected] of cases) {
    test(title, () => {
      expect(record).toEqual({ keys, createdAtMs: nowMs, isExpired: false, ...expected });
    });
  }

  test('not where nothing changed, in whatever order the attributes come', () => {
    expect(recordOf(one, item({ n: N(1), id: S('a') }))).toBeUndefined();
  });

  const images = { KEYS_ONLY: [], NEW_IMAGE: [two], OLD_IMAGE: [one], NEW_AND_OLD_IMAGES: [two, one] };
  for (const view of streamViewTypes) {
    test(`with the images of the view ${view}`, () => {
      const record = recordOf(one, two, view);
      expect([record?.newImage, record?.oldImage].filter((image) => image !== undefined)).toEqual(
        images[view],
      );
    });
  }

  test('as the service made it, where the time of the item was up', () => {
    const change = { key, old: stored(one), next: undefined, isExpired: true };
    expect(changeRecord(change, { view: 'KEYS_ONLY', keySchema }, nowMs)?.isExpired).toBe(true);
  });
});

test('a record has the size of its keys and images', () => {
  const record = recordOf(one, two);
  expect(record && changeBytes(record)).toBe(3 + 6 + 6);
});

const anyRecord = fc.record({
  kind: fc.constantFrom('INSERT', 'MODIFY', 'REMOVE'),
  isExpired: fc.boolean(),
  createdAtMs: fc.nat(2 ** 45),
  keys: anyItem,
  newImage: fc.option(anyItem, { nil: undefined }),
  oldImage: fc.option(anyItem, { nil: undefined }),
});

test('any record comes back from its bytes, and its time without the rest', () => {
  fc.assert(
    fc.property(anyRecord, (record: ChangeRecord) => {
      const bytes = encodeChange(record);
      expect(decodeChange(bytes)).toEqual(record);
      expect(changeTimeMs(bytes)).toBe(record.createdAtMs);
    }),
    { numRuns: 100 },
  );
});

test('bytes that are no record are refused', () => {
  const record = recordOf(one, two);
  const bytes = record === undefined ? Uint8Array.of() : encodeChange(record);
  for (const wrong of [
    Uint8Array.of(),
    bytes.slice(0, -1),
    Uint8Array.of(...bytes, 0),
    Uint8Array.of(2, ...bytes.slice(1)),
    Uint8Array.of(1, 3, ...bytes.slice(2)),
  ]) {
    expect(() => decodeChange(wrong)).toThrow(IntegrityFault);
  }
});
