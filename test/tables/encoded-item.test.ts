import { expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { EncodedItem } from '../../src/tables/encoded-item.ts';
import { encodeItem } from '../../src/tables/item.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import { item, L, N, S } from './support.ts';

const book = item({ id: S('a'), pages: N(330), tags: L(S('x'), S('y')) });

test('an encoded item is the item, with its size', () => {
  const encoded = new EncodedItem(encodeItem(book));
  expect(encoded.itemBytes).toBe(itemBytes(book));
  expect(encoded.item).toEqual(book);
});

test('it is decoded once', () => {
  const encoded = new EncodedItem(encodeItem(book));
  expect(encoded.item).toBe(encoded.item);
});

test('its size is known without decoding', () => {
  const bytes = encodeItem(book);
  const encoded = new EncodedItem(bytes.subarray(0, -1));
  expect(encoded.itemBytes).toBe(itemBytes(book));
  expect(() => encoded.item).toThrow(IntegrityFault);
});

for (const [name, bytes] of [
  ['no bytes', new Uint8Array()],
  ['half a header', encodeItem(book).subarray(0, 3)],
  ['another format', encodeItem(book).fill(2, 0, 1)],
] as const) {
  test(`${name} are no item`, () => {
    expect(() => new EncodedItem(bytes)).toThrow(IntegrityFault);
  });
}
