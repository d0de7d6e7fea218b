import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLine, encodeLine } from '../../../src/api/dynamodb/item-lines.ts';
import { utf8 } from '../../../src/base/bytes.ts';
import { refusalOf } from '../../support/refusal.ts';
import { anyItem } from '../../tables/support.ts';

test('any item comes back from its line, which is one line', () => {
  fc.assert(
    fc.property(anyItem, (item) => {
      const line = encodeLine(item);
      expect(line.includes(0x0a)).toBe(false);
      expect(decodeLine(line)).toEqual(item);
    }),
  );
});

for (const line of ['', 'x', '{}', '{"Item":1}', '{"Item":{"a":{"N":"x"}}}', '{"Item":{"a":{}}}']) {
  test(`what is no item is refused: ${line}`, async () => {
    expect(await refusalOf(() => decodeLine(utf8(line)))).toMatch(/^(?:Serialization|Validation)/);
  });
}
