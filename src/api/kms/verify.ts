/** Verify: whether a signature is the key's; one that is not is refused. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { stopDryRun } from './dry-run.ts';
import { type SigningApiInput, signRequest } from './signing-input.ts';

export const verify = operation({
  name: 'Verify',
  run: ({ kms, caller }: KmsContext, input: SigningApiInput & { readonly Signature: Uint8Array }) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const request = { ...signRequest(input), signature: input.Signature };
    const { valid, keyArn } = kms.asymmetric.verify(caller, request);
    if (!valid) throw new Refusal('KeySignatureWrong', {});
    stopDryRun(input.DryRun);
    kms.lastUses.note(keyArn, 'Verify');
    return { KeyId: keyArn, SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
  },
});
