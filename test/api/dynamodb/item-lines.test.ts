import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLine, decodeRow, encodeChangeLine, encodeLine } from '../../../src/api/dynamodb/item-lines.ts';
import { utf8 } from '../../../src/base/bytes.ts';
import { refusalOf } from '../../support/refusal.ts';
import { anyItem, item, N, S } from '../../tables/support.ts';

test('any item comes back from its line, which is one line', () => {
  fc.assert(
    fc.property(anyItem, (item) => {
      const line = encodeLine(item);
      expect(line.includes(0x0a)).toBe(false);
      expect(decodeLine(line)).toEqual(item);
    }),
  );
});

test('a change has its keys, when it was written, and the images that there are', () => {
  const keys = item({ id: S('a') });
  const line = (more: object) =>
    JSON.parse(
      Buffer.from(encodeChangeLine({ keys, writtenAtMicros: 1_680_109_764_000_000, ...more })).toString(),
    );
  const always = {
    Metadata: { WriteTimestampMicros: { N: '1680109764000000' } },
    Keys: { id: { S: 'a' } },
  };
  expect(line({})).toEqual(always);
  expect(line({ old: keys, new: item({ id: S('a'), n: S('x') }) })).toEqual({
    ...always,
    OldImage: { id: { S: 'a' } },
    NewImage: { id: { S: 'a' }, n: { S: 'x' } },
  });
});

for (const line of ['', 'x', '{}', '{"Item":1}', '{"Item":{"a":{"N":"x"}}}', '{"Item":{"a":{}}}']) {
  test(`what is no item is refused: ${line}`, async () => {
    expect(await refusalOf(() => decodeLine(utf8(line)))).toMatch(/^(?:Serialization|Validation)/);
  });
}

test('the cells of a row make an item, whatever their names are', () => {
  expect(
    decodeRow([
      { name: 'id', type: 'N', text: '007' },
      { name: '__proto__', type: 'S', text: '' },
      { name: 'raw', type: 'B', text: 'AQI=' },
    ]),
  ).toEqual(
    new Map<string, unknown>([
      ['id', N(7)],
      ['__proto__', S('')],
      ['raw', { B: Uint8Array.of(1, 2) }],
    ]),
  );
});

for (const [type, text] of [
  ['N', 'x'],
  ['N', ''],
  ['B', '?'],
] as const) {
  test(`a cell that is no ${type} is refused: ${JSON.stringify(text)}`, async () => {
    const cells = [{ name: 'a', type, text }];
    expect(await refusalOf(() => decodeRow(cells))).toMatch(/^(?:Serialization|Validation)/);
  });
}
