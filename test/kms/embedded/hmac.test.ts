import { describe, expect, test } from 'vitest';
import { isMacOf, macOf, newHmacSecret } from '../../../src/kms/embedded/hmac.ts';

/** RFC 4231, test cases 1 and 2. */
const published = [
  {
    key: Buffer.alloc(20, 0x0b),
    message: Buffer.from('Hi There'),
    macs: {
      HMAC_SHA_224: '896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22',
      HMAC_SHA_256: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      HMAC_SHA_384:
        'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
      HMAC_SHA_512:
        '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
        'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    },
  },
  {
    key: Buffer.from('Jefe'),
    message: Buffer.from('what do ya want for nothing?'),
    macs: {
      HMAC_SHA_224: 'a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44',
      HMAC_SHA_256: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      HMAC_SHA_384:
        'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
      HMAC_SHA_512:
        '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
        '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    },
  },
];

describe('a message authentication code', () => {
  for (const { key, message, macs } of published) {
    for (const [algorithm, hex] of Object.entries(macs)) {
      test(`${algorithm} of "${message}" is the published one, and no other is taken for it`, () => {
        const mac = Buffer.from(hex, 'hex');
        expect(macOf(key, { message, algorithm })).toEqual(mac);
        expect(isMacOf(key, { message, algorithm }, mac)).toBe(true);
        for (const at of [0, mac.length - 1]) {
          const other = Buffer.from(mac);
          other.writeUInt8(other.readUInt8(at) ^ 1, at);
          expect(isMacOf(key, { message, algorithm }, other)).toBe(false);
        }
        expect(isMacOf(key, { message, algorithm }, mac.subarray(1))).toBe(false);
        expect(isMacOf(key, { message: Buffer.from('x'), algorithm }, mac)).toBe(false);
      });
    }
  }
});

test('a fresh secret has the length asked for, is no row of zeros, and is another each time', () => {
  for (const bytes of [28, 32, 48, 64]) {
    const [one, other] = [newHmacSecret(bytes), newHmacSecret(bytes)];
    expect(one).toHaveLength(bytes);
    expect(one).not.toEqual(other);
    expect(one).not.toEqual(Buffer.alloc(bytes));
  }
});
