/** A key has one policy, and it has one name. */
import { Refusal } from '../../base/errors.ts';

export const policyName = 'default';

/** Refuses KeyPolicyNotFound for any other name. */
export function requirePolicyName(name: string | undefined): void {
  if (name !== undefined && name !== policyName) throw new Refusal('KeyPolicyNotFound', {});
}
