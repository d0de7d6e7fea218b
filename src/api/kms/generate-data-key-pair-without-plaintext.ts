/** GenerateDataKeyPairWithoutPlaintext: a fresh key pair, its private half under a KMS key only. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type DataKeyPairInput, dataKeyPair, pairMembers } from './data-key-pair.ts';

export const generateDataKeyPairWithoutPlaintext = operation({
  name: 'GenerateDataKeyPairWithoutPlaintext',
  run: async (context: KmsContext, input: DataKeyPairInput) => {
    const pair = await dataKeyPair(context, input, { withPlaintext: false });
    return pairMembers(pair, input.KeyPairSpec);
  },
});
