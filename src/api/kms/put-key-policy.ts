/** PutKeyPolicy: another policy for a key, which must let its author change it again. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { requirePolicyName } from './policy-name.ts';

interface PutKeyPolicyInput {
  readonly KeyId: string;
  readonly PolicyName?: string;
  readonly Policy: string;
  readonly BypassPolicyLockoutSafetyCheck?: boolean;
}

export const putKeyPolicy = operation({
  name: 'PutKeyPolicy',
  run: async ({ kms, caller }: KmsContext, input: PutKeyPolicyInput) => {
    requirePolicyName(input.PolicyName);
    await kms.keys.putPolicy(caller, {
      keyId: input.KeyId,
      policy: input.Policy,
      bypassLockoutCheck: input.BypassPolicyLockoutSafetyCheck,
    });
    return noOutput;
  },
});
