/** GetParametersForImport: the public key that wraps material on its way here, and the token that goes with it. */
import { Refusal } from '../../base/errors.ts';
import { wrappingAlgorithms, wrappingSpecs } from '../../kms/embedded/import-wrapping.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';

interface GetParametersForImportInput {
  readonly KeyId: string;
  readonly WrappingAlgorithm: string;
  readonly WrappingKeySpec: string;
}

export const getParametersForImport = operation({
  name: 'GetParametersForImport',
  run: async ({ kms, caller }: KmsContext, input: GetParametersForImportInput) => {
    const { KeyId, WrappingAlgorithm, WrappingKeySpec } = input;
    const algorithm = wrappingAlgorithms.find((name) => name === WrappingAlgorithm);
    const spec = wrappingSpecs.find((name) => name === WrappingKeySpec);
    if (algorithm === undefined) throw unsupported('WrappingAlgorithm', WrappingAlgorithm);
    if (spec === undefined) throw unsupported('WrappingKeySpec', WrappingKeySpec);
    const parameters = await kms.imports.parameters(caller, { keyId: KeyId, algorithm, spec });
    return {
      KeyId: parameters.keyArn,
      ImportToken: parameters.token,
      PublicKey: parameters.publicKey,
      ParametersValidTo: epochSeconds(parameters.validToMs),
    };
  },
});

/** RSAES_PKCS1_V1_5, which AWS has retired, and SM2. */
function unsupported(member: string, value: string): Refusal<'UnsupportedKeyOperation'> {
  return new Refusal('UnsupportedKeyOperation', { message: `${member} ${value} is not supported.` });
}
