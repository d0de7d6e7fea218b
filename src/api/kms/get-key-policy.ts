/** GetKeyPolicy: the one policy of a key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { laidOut } from './policy-layout.ts';
import { policyName, requirePolicyName } from './policy-name.ts';

interface GetKeyPolicyInput {
  readonly KeyId: string;
  readonly PolicyName?: string;
}

export const getKeyPolicy = operation({
  name: 'GetKeyPolicy',
  run: ({ kms, caller }: KmsContext, { KeyId, PolicyName }: GetKeyPolicyInput) => {
    const { policy } = kms.keys.read(caller, 'GetKeyPolicy', KeyId);
    requirePolicyName(PolicyName);
    return { Policy: laidOut(policy), PolicyName: policyName };
  },
});
