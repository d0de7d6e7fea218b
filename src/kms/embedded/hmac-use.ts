/** HMAC keys at work: making message authentication codes, and checking them. */
import { type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import { isMacOf, type MacInput, macOf } from './hmac.ts';
import { requireAlgorithm } from './key-spec.ts';
import type { KeyUse } from './key-use.ts';
import { currentMaterial, type MaterialSafe } from './material.ts';

export interface MacRequest extends MacInput {
  readonly keyId: string;
}

export class HmacUse {
  readonly #use: KeyUse;
  readonly #materials: MaterialSafe;

  constructor({ use, materials }: { use: KeyUse; materials: MaterialSafe }) {
    this.#use = use;
    this.#materials = materials;
  }

  generate(caller: Caller, request: MacRequest): { mac: Uint8Array; keyArn: string } {
    const key = this.#use.admit(caller, request.keyId, 'GenerateMac', factsOf(request));
    requireAlgorithm(key, request.algorithm);
    const mac = this.#materials.useSecret(key.keyId, currentMaterial(key), (secret) =>
      macOf(secret, request),
    );
    return { mac, keyArn: key.arn };
  }

  /** Whether the code is right is the answer. */
  verify(caller: Caller, request: MacRequest & { mac: Uint8Array }): { valid: boolean; keyArn: string } {
    const key = this.#use.admit(caller, request.keyId, 'VerifyMac', factsOf(request));
    requireAlgorithm(key, request.algorithm);
    const valid = this.#materials.useSecret(key.keyId, currentMaterial(key), (secret) =>
      isMacOf(secret, request, request.mac),
    );
    return { valid, keyArn: key.arn };
  }
}

function factsOf({ algorithm }: MacRequest): RequestFacts {
  return requestFacts([['kms:MacAlgorithm', algorithm]]);
}
