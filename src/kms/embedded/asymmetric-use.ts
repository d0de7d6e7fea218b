/** Asymmetric keys at work: signing, verifying, key agreement, and their public halves. */
import { Refusal } from '../../base/errors.ts';
import { type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import { publicHalf } from './asymmetric-cipher.ts';
import { privateKeyOf, publicKeyOf, sharedSecretOf } from './asymmetric-key.ts';
import { checkSigningInput, isSignature, type SigningInput, signatureOf } from './asymmetric-signing.ts';
import type { KeyRecord } from './key.ts';
import { makeOf, requireAlgorithm, specOf } from './key-spec.ts';
import type { KeyUse } from './key-use.ts';
import { currentMaterial, type MaterialSafe } from './material.ts';

export interface SignRequest extends Omit<SigningInput, 'spec'> {
  readonly keyId: string;
}

export class AsymmetricUse {
  readonly #use: KeyUse;
  readonly #materials: MaterialSafe;

  constructor({ use, materials }: { use: KeyUse; materials: MaterialSafe }) {
    this.#use = use;
    this.#materials = materials;
  }

  /** Refuses KeyUsageWrong and, for a digest of another length, Validation. */
  sign(caller: Caller, request: SignRequest): { signature: Uint8Array; keyArn: string } {
    const key = this.#use.admit(caller, request.keyId, 'Sign', factsOf(request));
    const input = checkedInput(key, request);
    const signature = this.#materials.useSecret(key.keyId, currentMaterial(key), (secret) =>
      signatureOf(privateKeyOf(secret), input),
    );
    return { signature, keyArn: key.arn };
  }

  /** Refuses as sign does; whether the signature is right is the answer. */
  verify(
    caller: Caller,
    request: SignRequest & { signature: Uint8Array },
  ): { valid: boolean; keyArn: string } {
    const key = this.#use.admit(caller, request.keyId, 'Verify', factsOf(request));
    const input = checkedInput(key, request);
    const valid = isSignature(publicKeyOf(publicHalf(key)), input, request.signature);
    return { valid, keyArn: key.arn };
  }

  /** Refuses UnsupportedKeyOperation for a key that has no public half. */
  publicKey(caller: Caller, keyId: string): { key: KeyRecord; publicKey: Uint8Array } {
    const key = this.#use.admit(caller, keyId, 'GetPublicKey');
    const { kind } = makeOf(specOf(key));
    if (kind === 'symmetric' || kind === 'hmac') {
      const message = `${key.arn} key spec is ${specOf(key)} which is not valid for GetPublicKey.`;
      throw new Refusal('UnsupportedKeyOperation', { message });
    }
    return { key, publicKey: publicHalf(key) };
  }

  /** The receiver wipes the secret. Refuses Validation, without a word, for a public key that is not one of the same curve. */
  deriveSharedSecret(
    caller: Caller,
    { keyId, publicKey, algorithm }: { keyId: string; publicKey: Uint8Array; algorithm: string },
  ): { secret: Uint8Array; key: KeyRecord } {
    const key = this.#use.admit(
      caller,
      keyId,
      'DeriveSharedSecret',
      requestFacts([['kms:KeyAgreementAlgorithm', algorithm]]),
    );
    requireAlgorithm(key, algorithm);
    const secret = this.#materials.useSecret(key.keyId, currentMaterial(key), (bytes) =>
      sharedSecretOf(specOf(key), privateKeyOf(bytes), publicKey),
    );
    if (secret !== undefined) return { secret, key };
    // AWS says no more of it.
    throw new Refusal('Validation', { message: '' });
  }
}

function factsOf({ algorithm, messageType }: SignRequest): RequestFacts {
  return requestFacts([
    ['kms:SigningAlgorithm', algorithm],
    ['kms:MessageType', messageType],
  ]);
}

function checkedInput(key: KeyRecord, { algorithm, message, messageType }: SignRequest): SigningInput {
  requireAlgorithm(key, algorithm);
  const input = { spec: specOf(key), algorithm, message, messageType };
  checkSigningInput(input);
  return input;
}
