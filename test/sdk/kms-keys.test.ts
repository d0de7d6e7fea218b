import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DeriveSharedSecretCommand,
  DescribeCustomKeyStoresCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateMacCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  ReplicateKeyCommand,
  SignCommand,
  UpdatePrimaryRegionCommand,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wrappedFor } from '../support/wrapped-material.ts';
import { type Clients, refusal, Site, ways } from './way.ts';

const Message = Buffer.from('a book');
const digest = createHash('sha256').update(Message).digest();

for (const way of ways) {
  describe(`keys of every kind, ${way}`, () => {
    let site: Site;
    let clients: Clients;
    beforeAll(async () => {
      site = await Site.open(way);
      clients = site.clients();
    });
    afterAll(() => site.end());

    async function made(input: CreateKeyCommandInput): Promise<string> {
      const { KeyMetadata } = await clients.keys.send(new CreateKeyCommand(input));
      return KeyMetadata?.Arn ?? '';
    }

    test('a code made under an HMAC key is verified, and no other is', async () => {
      const KeyId = await made({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const request = { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' } as const;
      const { Mac } = await clients.keys.send(new GenerateMacCommand(request));
      const { MacValid } = await clients.keys.send(new VerifyMacCommand({ ...request, Mac }));
      expect(MacValid).toBe(true);
      const wrong = new VerifyMacCommand({ ...request, Mac: randomBytes(32) });
      expect(await refusal(clients.keys.send(wrong))).toMatch(/^KMSInvalidMacException/);
    });

    for (const [KeySpec, SigningAlgorithm] of [
      ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256'],
      ['ECC_SECG_P256K1', 'ECDSA_SHA_256'],
    ] as const) {
      test(`a digest signed with ${KeySpec} is verified here and with the public key, and no other is`, async () => {
        const KeyId = await made({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
        const request = { KeyId, Message: digest, MessageType: 'DIGEST', SigningAlgorithm } as const;
        const { Signature } = await clients.keys.send(new SignCommand(request));
        const { SignatureValid } = await clients.keys.send(new VerifyCommand({ ...request, Signature }));
        expect(SignatureValid).toBe(true);
        const { PublicKey } = await clients.keys.send(new GetPublicKeyCommand({ KeyId }));
        const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
        expect(verify('sha256', Message, key, Signature ?? digest)).toBe(true);
        const wrong = new VerifyCommand({ ...request, Message: randomBytes(32), Signature });
        expect(await refusal(clients.keys.send(wrong))).toMatch(/^KMSInvalidSignatureException/);
      });
    }

    test('what an RSA key encrypted opens with its algorithm, and not without it', async () => {
      const KeyId = await made({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      const request = { KeyId, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
      const sealed = await clients.keys.send(new EncryptCommand({ ...request, Plaintext: Message }));
      const { CiphertextBlob } = sealed;
      const { Plaintext } = await clients.keys.send(new DecryptCommand({ ...request, CiphertextBlob }));
      expect(Buffer.from(Plaintext ?? [])).toEqual(Message);
      expect(await refusal(clients.keys.send(new DecryptCommand({ KeyId, CiphertextBlob })))).toBe(
        'InvalidKeyUsageException: Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
      );
    });

    test('two keys for agreement reach one secret, and a third does not', async () => {
      const wanted = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' } as const;
      const keys = [await made(wanted), await made(wanted), await made(wanted)];
      const publicKeyOf = async (KeyId = '') =>
        (await clients.keys.send(new GetPublicKeyCommand({ KeyId }))).PublicKey;
      const secretOf = async (mine = '', theirs = '') => {
        const PublicKey = await publicKeyOf(theirs);
        const command = new DeriveSharedSecretCommand({
          KeyId: mine,
          KeyAgreementAlgorithm: 'ECDH',
          PublicKey,
        });
        return (await clients.keys.send(command)).SharedSecret;
      };
      expect(await secretOf(keys[0], keys[1])).toEqual(await secretOf(keys[1], keys[0]));
      expect(await secretOf(keys[0], keys[1])).not.toEqual(await secretOf(keys[2], keys[0]));
    });

    test('a data key pair comes with and without its private half, and not under a disabled or RSA key', async () => {
      const KeyId = await made({});
      const request = { KeyId, KeyPairSpec: 'ECC_NIST_P256' } as const;
      const pair = await clients.keys.send(new GenerateDataKeyPairCommand(request));
      const opened = new DecryptCommand({ CiphertextBlob: pair.PrivateKeyCiphertextBlob });
      expect((await clients.keys.send(opened)).Plaintext).toEqual(pair.PrivateKeyPlaintext);
      const without = await clients.keys.send(new GenerateDataKeyPairWithoutPlaintextCommand(request));
      expect(without).not.toHaveProperty('PrivateKeyPlaintext');
      const rsa = await made({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
      const wrong = new GenerateDataKeyPairCommand({ ...request, KeyId: rsa });
      expect(await refusal(clients.keys.send(wrong))).toMatch(/^InvalidKeyUsageException/);
    });

    test('a key works with material that is brought to it, until that is taken away', async () => {
      const KeyId = await made({ Origin: 'EXTERNAL' });
      const WrappingAlgorithm = 'RSA_AES_KEY_WRAP_SHA_256';
      const parameters = new GetParametersForImportCommand({
        KeyId,
        WrappingAlgorithm,
        WrappingKeySpec: 'RSA_2048',
      });
      const { ImportToken, PublicKey } = await clients.keys.send(parameters);
      const material = randomBytes(32);
      const EncryptedKeyMaterial = wrappedFor(PublicKey ?? material, {
        material,
        algorithm: WrappingAlgorithm,
      });
      const ValidTo = new Date(site.clock.nowMs() + 3_600_000);
      const input = { KeyId, ImportToken, EncryptedKeyMaterial, ValidTo };
      await clients.keys.send(new ImportKeyMaterialCommand(input));
      const described = await clients.keys.send(new DescribeKeyCommand({ KeyId }));
      expect(described.KeyMetadata).toMatchObject({
        KeyState: 'Enabled',
        ExpirationModel: 'KEY_MATERIAL_EXPIRES',
        ValidTo,
      });
      await clients.keys.send(new EncryptCommand({ KeyId, Plaintext: Message }));
      await clients.keys.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
      expect(await refusal(clients.keys.send(new EncryptCommand({ KeyId, Plaintext: Message })))).toBe(
        `KMSInvalidStateException: ${KeyId} is pending import.`,
      );
    });

    test('a multi-Region key opens in the other region what it sealed in this one', async () => {
      const KeyId = await made({ MultiRegion: true });
      const there = site.clients({ region: 'eu-west-1' });
      const sealed = await clients.keys.send(new EncryptCommand({ KeyId, Plaintext: Message }));
      const { CiphertextBlob } = sealed;
      expect(await refusal(there.keys.send(new DecryptCommand({ CiphertextBlob })))).toMatch(
        /^(InvalidCiphertext|AccessDenied)Exception/,
      );
      const replicate = new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' });
      const { ReplicaKeyMetadata } = await clients.keys.send(replicate);
      const opened = await there.keys.send(new DecryptCommand({ CiphertextBlob }));
      expect(opened.KeyId).toBe(ReplicaKeyMetadata?.Arn);
      await clients.keys.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'eu-west-1' }));
      expect(
        await refusal(clients.keys.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'us-west-2' }))),
      ).toBe(`UnsupportedOperationException: ${KeyId} is not a multi-region primary key.`);
    });

    test('there are no custom key stores, and none is made', async () => {
      const { CustomKeyStores } = await clients.keys.send(new DescribeCustomKeyStoresCommand({}));
      expect(CustomKeyStores).toEqual([]);
      const CustomKeyStoreId = 'cks-1234567890abcdef0';
      expect(
        await refusal(clients.keys.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId }))),
      ).toMatch(/^CustomKeyStoreNotFoundException/);
    });
  });
}
