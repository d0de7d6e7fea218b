/** GenerateDataKeyPair: a fresh key pair, its private half in clear and under a KMS key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type DataKeyPairInput, dataKeyPair, pairMembers } from './data-key-pair.ts';

export const generateDataKeyPair = operation({
  name: 'GenerateDataKeyPair',
  run: async (context: KmsContext, input: DataKeyPairInput) => {
    const pair = await dataKeyPair(context, input, { withPlaintext: true });
    return { ...pairMembers(pair, input.KeyPairSpec), PrivateKeyPlaintext: pair.privateKey };
  },
});
