import {
  constants,
  createHash,
  generateKeyPairSync,
  privateEncrypt,
  publicEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isPssEncoded, pssEncoded } from '../../../src/kms/embedded/asymmetric-pss.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const modulusBytes = 256;
const message = Buffer.from('a book');
const padding = constants.RSA_PKCS1_PSS_PADDING;
const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;

describe('an encoding for RSASSA-PSS', () => {
  for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
    const digest = createHash(hash).update(message).digest();
    const input = { digest, hash };

    test(`with ${hash} is a signature to OpenSSL, and the other way round`, () => {
      for (let round = 0; round < 5; round++) {
        const encoded = pssEncoded(input, modulusBytes);
        expect(isPssEncoded(input, encoded)).toBe(true);
        const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, encoded);
        expect(verify(hash, message, { key: publicKey, padding, saltLength }, signature)).toBe(true);
        const theirs = sign(hash, message, { key: privateKey, padding, saltLength });
        const opened = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, theirs);
        expect(isPssEncoded(input, opened)).toBe(true);
      }
    });

    test(`with ${hash} is right as it is alone: no byte may change`, () => {
      const encoded = pssEncoded(input, modulusBytes);
      for (const at of encoded.keys()) {
        const changed = Buffer.from(encoded);
        changed.writeUInt8(changed.readUInt8(at) ^ 0x80, at);
        expect(isPssEncoded(input, changed), `byte ${at}`).toBe(false);
      }
      expect(isPssEncoded({ hash, digest: digest.map((byte) => byte ^ 1) }, encoded)).toBe(false);
    });

    test(`with ${hash} has another salt each time`, () => {
      expect(pssEncoded(input, modulusBytes)).not.toEqual(pssEncoded(input, modulusBytes));
    });
  }

  test('with a salt of another length is refused', () => {
    const signature = sign('sha256', message, { key: privateKey, padding, saltLength: 20 });
    const opened = publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, signature);
    const digest = createHash('sha256').update(message).digest();
    expect(isPssEncoded({ digest, hash: 'sha256' }, opened)).toBe(false);
  });
});
