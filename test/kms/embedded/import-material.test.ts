import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { importTokenMs, materialValidMsMax } from '../../../src/kms/embedded/import-material.ts';
import type { NewKey } from '../../../src/kms/embedded/key-administration.ts';
import { openKms, user } from '../../support/embedded-kms.ts';
import { refusalOf } from '../../support/refusal.ts';
import { importInto, wrappedFor } from '../../support/wrapped-material.ts';

const context = new Map([['a', 'b']]);
const plaintext = Buffer.from('a secret of books');

async function waiting(newKey: NewKey = {}) {
  const opened = await openKms();
  const { keyId, arn } = await opened.kms.keys.create(user, { ...newKey, origin: 'EXTERNAL' });
  const stateOf = () => opened.kms.keys.read(user, 'DescribeKey', keyId).state;
  return { ...opened, keyId, arn, stateOf };
}

describe('imported material', () => {
  test('works, goes, and comes back: what it sealed opens again', async () => {
    const { kms, keyId, arn, stateOf, reopen } = await waiting();
    const material = randomBytes(32);
    const { materialId } = await importInto(kms, keyId, { material });
    expect(stateOf()).toBe('Enabled');
    const { ciphertext } = kms.use.encrypt(user, { keyId, context, plaintext });
    const heard: string[] = [];
    kms.onKeyChange((changed) => heard.push(changed));
    expect(await kms.imports.delete(user, { keyId })).toMatchObject({ materialId });
    expect([stateOf(), heard]).toEqual(['PendingImport', [arn]]);
    expect(await refusalOf(() => kms.use.decrypt(user, { ciphertext, context }))).toBe(
      `KeyInvalidState: ${arn} is pending import.`,
    );
    expect(await importInto(kms, keyId, { material })).toMatchObject({ materialId });
    const opened = (await reopen()).use.decrypt(user, { ciphertext, context });
    expect(Buffer.from(opened.plaintext)).toEqual(plaintext);
  });

  test('is never other material than before', async () => {
    const { kms, keyId, stateOf } = await waiting();
    await importInto(kms, keyId, { material: randomBytes(32) });
    await kms.imports.delete(user, { keyId });
    expect(await refusalOf(() => importInto(kms, keyId, { material: randomBytes(32) }))).toMatch(
      /^KeyMaterialWrong/,
    );
    expect(stateOf()).toBe('PendingImport');
  });

  test('that is new waits for a rotation, one at a time', async () => {
    const { kms, keyId, stateOf } = await waiting();
    const first = await importInto(kms, keyId, { material: randomBytes(32) });
    const importType = 'NEW_KEY_MATERIAL';
    const second = await importInto(kms, keyId, { material: randomBytes(32), importType });
    expect(second.key.pendingMaterial?.id).toBe(second.materialId);
    expect(kms.use.encrypt(user, { keyId, context, plaintext }).materialId).toBe(first.materialId);
    const third = await refusalOf(() => importInto(kms, keyId, { material: randomBytes(32), importType }));
    expect(third).toMatch(
      new RegExp(
        `^KeyMaterialConflict: New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${keyId}, ` +
          `because another key material \\(id: ${second.materialId}\\) is pending rotation\\.$`,
      ),
    );
    await kms.imports.delete(user, { keyId, materialId: second.materialId });
    expect(stateOf()).toBe('Enabled');
  });

  test('that was rotated in encrypts, and the older one is needed for as long as the key is', async () => {
    const { kms, keyId, arn, stateOf } = await waiting();
    const [oldest, newest] = [randomBytes(32), randomBytes(32)];
    const first = await importInto(kms, keyId, { material: oldest });
    const { ciphertext } = kms.use.encrypt(user, { keyId, context, plaintext });
    const second = await importInto(kms, keyId, { material: newest, importType: 'NEW_KEY_MATERIAL' });
    await kms.rotations.rotateNow(user, keyId);
    expect(kms.use.encrypt(user, { keyId, context, plaintext }).materialId).toBe(second.materialId);
    expect(Buffer.from(kms.use.decrypt(user, { ciphertext, context }).plaintext)).toEqual(plaintext);
    await kms.imports.delete(user, { keyId, materialId: first.materialId });
    expect(stateOf()).toBe('PendingImport');
    expect(await refusalOf(() => kms.use.encrypt(user, { keyId, context, plaintext }))).toBe(
      `KeyInvalidState: ${arn} is pending import.`,
    );
    const { key } = await importInto(kms, keyId, { material: oldest });
    expect(key.materials.map(({ id, rotated }) => [id, rotated?.type])).toEqual([
      [first.materialId, undefined],
      [second.materialId, 'ON_DEMAND'],
    ]);
    expect(Buffer.from(kms.use.decrypt(user, { ciphertext, context }).plaintext)).toEqual(plaintext);
    await importInto(kms, keyId, { material: newest });
    expect(kms.keys.read(user, 'DescribeKey', keyId).materials.at(-1)?.rotated?.type).toBe('ON_DEMAND');
  });

  test('that is no secret of its key is refused', async () => {
    for (const [newKey, materials] of [
      [{}, [randomBytes(31), randomBytes(33), randomBytes(1)]],
      [{ spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' }, [randomBytes(31), randomBytes(65)]],
      [
        { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' },
        [
          randomBytes(32),
          generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({
            type: 'pkcs8',
            format: 'der',
          }),
        ],
      ],
    ] as const) {
      const { kms, keyId, stateOf } = await waiting(newKey);
      for (const material of materials) {
        expect(await refusalOf(() => importInto(kms, keyId, { material }))).toMatch(/^KeyMaterialWrong/);
      }
      expect(stateOf()).toBe('PendingImport');
    }
  });

  test('of an HMAC key makes the codes its owner makes', async () => {
    const { kms, keyId } = await waiting({ spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' });
    const secret = Buffer.alloc(40, 0x0b);
    await importInto(kms, keyId, { material: secret });
    const request = { keyId, message: Buffer.from('Hi There'), algorithm: 'HMAC_SHA_256' };
    const { mac } = kms.macs.generate(user, request);
    expect(kms.macs.verify(user, { ...request, mac }).valid).toBe(true);
    expect(await refusalOf(() => importInto(kms, keyId, { material: randomBytes(40) }))).toMatch(
      /^KeyMaterialWrong/,
    );
    const importType = 'NEW_KEY_MATERIAL';
    expect(await refusalOf(() => importInto(kms, keyId, { material: randomBytes(40), importType }))).toMatch(
      /^KeyMaterialWrong/,
    );
  });

  test('of an asymmetric key has the public half that its owner has', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { kms, keyId } = await waiting({ spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' });
    await importInto(kms, keyId, { material: privateKey.export({ type: 'pkcs8', format: 'der' }) });
    expect(Buffer.from(kms.asymmetric.publicKey(user, keyId).publicKey)).toEqual(
      publicKey.export({ type: 'spki', format: 'der' }),
    );
  });

  test('is asked for by its id, where one is given', async () => {
    const { kms, keyId } = await waiting();
    const material = randomBytes(32);
    const { materialId } = await importInto(kms, keyId, { material });
    expect(await importInto(kms, keyId, { material, materialId })).toMatchObject({ materialId });
    const other = '0'.repeat(64);
    expect(await refusalOf(() => importInto(kms, keyId, { material, materialId: other }))).toMatch(
      /^KeyMaterialWrong/,
    );
    expect(await refusalOf(() => kms.imports.delete(user, { keyId, materialId: other }))).toBe(
      `KeyMaterialNotFound: Key material '${other}' does not exist`,
    );
    const importType = 'NEW_KEY_MATERIAL';
    expect(await refusalOf(() => importInto(kms, keyId, { material, importType }))).toMatch(
      /^KeyMaterialWrong/,
    );
  });

  test('keeps its description until another is given', async () => {
    const { kms, keyId } = await waiting();
    const material = randomBytes(32);
    await importInto(kms, keyId, { material, description: 'first' });
    const again = await importInto(kms, keyId, { material });
    expect(again.key.materials[0]?.imported?.description).toBe('first');
  });
});

describe('an import token', () => {
  const algorithm = 'RSAES_OAEP_SHA_256';
  async function given() {
    const opened = await waiting();
    const { kms, keyId } = opened;
    const parameters = await kms.imports.parameters(user, { keyId, algorithm, spec: 'RSA_2048' });
    const wrapped = wrappedFor(parameters.publicKey, { material: randomBytes(32), algorithm });
    return { ...opened, ...parameters, wrapped };
  }

  test('is good for a day, also after a restart', async () => {
    const { kms, keyId, token, wrapped, clock, validToMs, reopen } = await given();
    expect(validToMs).toBe(clock.nowMs() + importTokenMs);
    clock.advance(importTokenMs - 1);
    const later = await reopen();
    expect(await refusalOf(() => later.imports.import(user, { keyId, token, wrapped }))).toBe('answered');
    clock.advance(1);
    expect(await refusalOf(() => later.imports.import(user, { keyId, token, wrapped }))).toBe(
      'ImportTokenExpired',
    );
    expect(kms.core.name).toBe('fallback');
  });

  test('is good for its own key and for what its own public key wrapped', async () => {
    const { kms, keyId, token, wrapped } = await given();
    const other = await kms.keys.create(user, { origin: 'EXTERNAL' });
    const wrong = wrapped.map((byte, index) => (index === 9 ? byte ^ 1 : byte));
    for (const [request, refusal] of [
      [{ keyId: other.keyId, token, wrapped }, 'ImportTokenInvalid'],
      [{ keyId, token: randomBytes(200), wrapped }, 'ImportTokenInvalid'],
      [{ keyId, token, wrapped: wrong }, 'InvalidCiphertext'],
      [{ keyId, token, wrapped: randomBytes(256) }, 'InvalidCiphertext'],
    ] as const) {
      expect(await refusalOf(() => kms.imports.import(user, request))).toBe(refusal);
    }
  });

  test('comes for no key with material of its own', async () => {
    const { kms } = await openKms();
    const { keyId, arn } = await kms.keys.create(user, {});
    const request = { keyId, algorithm, spec: 'RSA_2048' } as const;
    expect(await refusalOf(() => kms.imports.parameters(user, request))).toBe(
      `UnsupportedKeyOperation: ${arn} origin is AWS_KMS which is not valid for this operation.`,
    );
  });
});

describe('an expiry', () => {
  test('is within a year from now', async () => {
    const { kms, keyId, clock } = await waiting();
    const material = randomBytes(32);
    for (const validToMs of [clock.nowMs() - 1, clock.nowMs(), clock.nowMs() + materialValidMsMax + 1]) {
      expect(await refusalOf(() => importInto(kms, keyId, { material, validToMs }))).toBe(
        'Validation: ValidTo must be in the future, and within 365 days.',
      );
    }
    const validToMs = clock.nowMs() + materialValidMsMax;
    expect(await refusalOf(() => importInto(kms, keyId, { material, validToMs }))).toBe('answered');
  });
});
