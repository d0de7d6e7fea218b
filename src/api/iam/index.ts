/** Every operation of the IAM API that is here. */
import type { Operation } from '../operation.ts';
import { accessKeyOperations } from './access-key.ts';
import { attachedPolicyOperations } from './attached-policy.ts';
import type { IdentityContext } from './context.ts';
import { holderTagOperations } from './holder-tags.ts';
import { inlinePolicyOperations } from './inline-policy.ts';
import { managedPolicyOperations } from './managed-policy.ts';
import { roleOperations } from './role.ts';
import { simulatePrincipalPolicy } from './simulate-principal-policy.ts';
import { userOperations } from './user.ts';

export const iamOperations: readonly Operation<IdentityContext>[] = [
  ...userOperations,
  ...accessKeyOperations,
  ...roleOperations,
  ...inlinePolicyOperations,
  ...managedPolicyOperations,
  ...attachedPolicyOperations,
  ...holderTagOperations,
  simulatePrincipalPolicy,
];
