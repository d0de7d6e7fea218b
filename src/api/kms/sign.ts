/** Sign: a signature over a message or its digest. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { type SigningApiInput, signRequest } from './signing-input.ts';

export const sign = operation({
  name: 'Sign',
  run: ({ kms, caller }: KmsContext, input: SigningApiInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const { signature, keyArn } = kms.asymmetric.sign(caller, signRequest(input));
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'Sign');
    return { KeyId: keyArn, Signature: signature, SigningAlgorithm: input.SigningAlgorithm };
  },
});
