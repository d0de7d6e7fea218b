/** How many identities there may be, and how long their policies: AWS's quotas, in AWS's words. */
import { Refusal } from '../../base/errors.ts';
import type { Principal } from '../../iam/entity.ts';

export const quotas = {
  UsersPerAccount: 5_000,
  RolesPerAccount: 1_000,
  PoliciesPerAccount: 1_500,
  AccessKeysPerUser: 2,
  PoliciesPerUser: 10,
  PoliciesPerRole: 10,
  PolicySize: 6_144,
  ACLSizePerRole: 2_048,
} as const;

/** All inline policies of one holder together. */
const inlineBytesMax = { user: 2_048, role: 10_240 } as const;

/** Refuses EntityLimit where there would be more than the quota. */
export function requireQuota(quota: keyof typeof quotas, count: number): void {
  if (count <= quotas[quota]) return;
  throw new Refusal('EntityLimit', { message: `Cannot exceed quota for ${quota}: ${quotas[quota]}` });
}

/** Refuses EntityLimit. */
export function requireInlineSize({ kind, name, policies }: Principal): void {
  const max = inlineBytesMax[kind];
  const size = policies.reduce((sum, { text }) => sum + policySize(text), 0);
  if (size <= max) return;
  const message = `Maximum policy size of ${max} bytes exceeded for ${kind} ${name}`;
  throw new Refusal('EntityLimit', { message });
}

/** AWS counts no white space. */
export function policySize(text: string): number {
  return text.replaceAll(/\s/g, '').length;
}
