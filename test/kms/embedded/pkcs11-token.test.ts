import { randomBytes } from 'node:crypto';
import pkcs11js from 'pkcs11js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withPkcs11Key } from '../../../src/kms/embedded/pkcs11-token.ts';
import {
  hasSoftToken,
  softTokenLibrary as library,
  openSoftTokens,
  tokenPin as pin,
  type SoftTokens,
} from '../../support/soft-token.ts';

const iv = randomBytes(12);
const aad = Buffer.from('bound');
const secret = randomBytes(32);
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });

describe.skipIf(!hasSoftToken)('a key of a token', () => {
  let tokens: SoftTokens;
  const place = { library, token: 'probe', key: 'sealing' };
  beforeAll(() => {
    tokens = openSoftTokens();
    tokens.create('probe');
  });
  afterAll(() => tokens.close());

  const sealed = () => withPkcs11Key(place, { pin, make: true }, (key) => key.encrypt(secret, iv, aad));
  const open = (bytes: Buffer, bound = aad, nonce = iv) =>
    withPkcs11Key(place, { pin, make: false }, (key) =>
      Buffer.from(key.decrypt(bytes, { iv: nonce, aad: bound, output: Buffer.alloc(bytes.length) })),
    );

  test('seals and opens, and is the same in each session', async () => {
    const [first, second] = [await sealed(), await sealed()];
    expect(first).toHaveLength(48);
    expect(first.equals(second)).toBe(true);
    expect((await open(first)).equals(secret)).toBe(true);
  });

  test('opens into the bytes that were handed in, so that they can be wiped', async () => {
    const output = Buffer.alloc(48);
    const bytes = await sealed();
    const filled = await withPkcs11Key(place, { pin, make: false }, (key) =>
      key.decrypt(bytes, { iv, aad, output }),
    );
    output.fill(0);
    expect(filled.equals(Buffer.alloc(32))).toBe(true);
  });

  test('opens nothing that was changed', async () => {
    const bytes = await sealed();
    for (const at of [0, 31, 32, 47]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await expect(open(changed), `byte ${at}`).rejects.toEqual(outage('RootKeyWrong'));
    }
    await expect(open(bytes, Buffer.from('other'))).rejects.toEqual(outage('RootKeyWrong'));
    await expect(open(bytes, aad, randomBytes(12))).rejects.toEqual(outage('RootKeyWrong'));
    await expect(open(bytes.subarray(0, 10))).rejects.toEqual(outage('RootKeyWrong'));
  });

  test('is made where it may be, once, and never leaves its token', async () => {
    const other = { ...place, key: 'another' };
    const use = () => 'used';
    await expect(withPkcs11Key(other, { pin, make: false }, use)).rejects.toEqual(outage('RootKeyMissing'));
    for (let round = 0; round < 2; round++) {
      expect(await withPkcs11Key(other, { pin, make: true }, use)).toBe('used');
    }
    const module = new pkcs11js.PKCS11();
    module.load(library);
    module.C_Initialize();
    try {
      const slot = module
        .C_GetSlotList(true)
        .find((one) => module.C_GetTokenInfo(one).label.trim() === 'probe');
      const session = module.C_OpenSession(slot ?? Buffer.alloc(0), pkcs11js.CKF_SERIAL_SESSION);
      // In use by someone else in this process: it serves us all the same, and is left to them.
      expect(await withPkcs11Key(other, { pin, make: false }, use)).toBe('used');
      module.C_Login(session, pkcs11js.CKU_USER, pin);
      // Nor does it log them out.
      expect(await withPkcs11Key(other, { pin, make: false }, use)).toBe('used');
      module.C_FindObjectsInit(session, [{ type: pkcs11js.CKA_LABEL, value: 'another' }]);
      const found = module.C_FindObjects(session, 9);
      module.C_FindObjectsFinal(session);
      expect(found).toHaveLength(1);
      const value = [{ type: pkcs11js.CKA_VALUE }];
      expect(() => module.C_GetAttributeValue(session, found[0] ?? Buffer.alloc(0), value)).toThrow(
        'SENSITIVE',
      );
    } finally {
      module.C_Finalize();
      module.close();
    }
  });

  test('is left when whatever it is used for fails', async () => {
    const fail = () => {
      throw new Error('not of the token');
    };
    await expect(withPkcs11Key(place, { pin, make: true }, fail)).rejects.toMatchObject({
      code: 'RootKeyMissing',
      cause: { message: 'not of the token' },
    });
    expect(await sealed()).toHaveLength(48);
  });
});
