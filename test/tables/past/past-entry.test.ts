import { describe, expect, test } from 'vitest';
import { compareBytes } from '../../../src/base/bytes.ts';
import { IntegrityFault } from '../../../src/base/errors.ts';
import { encodeItem } from '../../../src/tables/item.ts';
import { decodePast, encodePast, momentKey, momentOf } from '../../../src/tables/past/past-entry.ts';
import { item, S } from '../support.ts';

describe('a moment', () => {
  test('is kept in a key that sorts as moments do', () => {
    const moments = [
      { ms: 0, number: 0 },
      { ms: 0, number: 1 },
      { ms: 255, number: 2 ** 32 - 1 },
      { ms: 256, number: 0 },
      { ms: 2 ** 48 - 1, number: 7 },
    ];
    const keys = moments.map(momentKey);
    expect(keys.map(momentOf)).toEqual(moments);
    expect([...keys].sort(compareBytes)).toEqual(keys);
  });

  test('of another length is tampering', () => {
    expect(() => momentOf(new Uint8Array(9))).toThrow(IntegrityFault);
  });
});

describe('an entry', () => {
  const before = item({ id: S('a'), text: S('x'.repeat(500)) });
  const key = Uint8Array.of(1, 2, 3);

  test('says which item was changed and what it was, or that it was not there', () => {
    expect(decodePast(encodePast(key, encodeItem(before)))).toEqual({ key, before });
    expect(decodePast(encodePast(key, undefined))).toEqual({ key, before: undefined });
  });

  test('of another form is tampering', () => {
    const whole = encodePast(key, encodeItem(before));
    const otherFormat = whole.slice();
    otherFormat[0] = 2;
    const longKey = encodePast(key, undefined);
    longKey[3] = 99;
    for (const bytes of [otherFormat, longKey, whole.subarray(0, 3)]) {
      expect(() => decodePast(bytes)).toThrow(IntegrityFault);
    }
  });
});
