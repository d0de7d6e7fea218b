import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64Of, bytesOfBase64 } from '../../src/api/base64.ts';
import { refusalOf } from '../support/refusal.ts';

describe('base64', () => {
  for (const [text, bytes] of [
    ['', []],
    ['AA==', [0]],
    ['/w==', [255]],
    ['AAE=', [0, 1]],
    ['AAEC', [0, 1, 2]],
    ['+/+/', [251, 255, 191]],
  ] as const) {
    test(`'${text}' is ${bytes.length} bytes`, () => {
      expect([...bytesOfBase64(text)]).toEqual(bytes);
      expect(base64Of(Uint8Array.from(bytes))).toBe(text);
    });
  }

  test('any bytes come back, also from the middle of other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const around = Uint8Array.from([1, 2, 3, ...bytes, 4]);
        const text = base64Of(around.subarray(3, 3 + bytes.length));
        expect([...bytesOfBase64(text)]).toEqual([...bytes]);
      }),
    );
  });

  test('bytes own their memory: no neighbour in it sees them', () => {
    for (const text of ['AA==', 'AAECAwQ=', base64Of(new Uint8Array(5000))]) {
      const bytes = bytesOfBase64(text);
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
  });

  const length = (found: number) =>
    `Serialization: Base64 encoded length is expected a multiple of 4 bytes but found: ${found}`;
  const alphabet = 'Serialization: Illegal base64 character';
  const spare = 'Serialization: Invalid last non-pad Base64 character dectected';
  for (const [text, refusal] of [
    ['A', length(1)],
    ['AA', length(2)],
    ['AAA', length(3)],
    ['AAECAw', length(6)],
    ['AA==\n', length(5)],
    ['AA=A', alphabet],
    ['A===', alphabet],
    ['====', alphabet],
    ['AA==AA==', alphabet],
    ['-_-_', alphabet],
    ['AA A', alphabet],
    ['AAA\n', alphabet],
    ['AAA\0', alphabet],
    ['ÄÄÄÄ', alphabet],
    ['AB==', spare],
    ['AAF=', spare],
    ['//==', spare],
  ] as const) {
    test(`${JSON.stringify(text)} is refused whole, not decoded in part`, async () => {
      expect(await refusalOf(() => bytesOfBase64(text))).toBe(refusal);
    });
  }
});
