/** Data key pairs: made here, and given out with the private half under a symmetric key. */
import { Refusal } from '../../base/errors.ts';
import { requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import { newKeyPair } from './asymmetric-key.ts';
import { isKeySpec, makeOf } from './key-spec.ts';
import type { EncryptRequest, KeyUse, Sealed } from './key-use.ts';

export interface DataKeyPair extends Sealed {
  readonly publicKey: Uint8Array;
  /** Absent where it was not asked for; else the receiver wipes it. */
  readonly privateKey?: Uint8Array;
}

export interface DataKeyPairRequest extends EncryptRequest {
  /** A spec of an asymmetric key, as the API names it. */
  readonly pairSpec: string;
  readonly withPlaintext: boolean;
}

/** Refuses as Encrypt does, before the pair is made, and UnsupportedKeyOperation for a spec without a cipher here. */
export async function newDataKeyPair(
  use: KeyUse,
  caller: Caller,
  { pairSpec, withPlaintext, ...request }: DataKeyPairRequest,
): Promise<DataKeyPair> {
  const operation = withPlaintext ? 'GenerateDataKeyPair' : 'GenerateDataKeyPairWithoutPlaintext';
  use.sealingKey(caller, request, {
    operation,
    facts: requestFacts([['kms:DataKeyPairSpec', pairSpec]]),
  });
  if (!isKeySpec(pairSpec) || !hasPair(pairSpec)) {
    const message = `KeyPairSpec ${pairSpec} is not supported: this key service has no cipher for it.`;
    throw new Refusal('UnsupportedKeyOperation', { message });
  }
  const { privateKey, publicKey } = await newKeyPair(pairSpec);
  try {
    const sealed = use.sealLater(caller, { ...request, plaintext: privateKey }, operation);
    const pair = { ...sealed, publicKey };
    return withPlaintext ? { ...pair, privateKey: Buffer.from(privateKey) } : pair;
  } finally {
    privateKey.fill(0);
  }
}

function hasPair(spec: Parameters<typeof makeOf>[0]): boolean {
  const { kind } = makeOf(spec);
  return kind !== 'symmetric' && kind !== 'hmac';
}
