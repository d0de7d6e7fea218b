/** RevokeGrant: ends a grant, for those who manage its key. */
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface RevokeGrantInput {
  readonly KeyId: string;
  readonly GrantId: string;
  readonly DryRun?: boolean;
}

export const revokeGrant = operation({
  name: 'RevokeGrant',
  run: async ({ kms, caller }: KmsContext, { KeyId, GrantId, DryRun }: RevokeGrantInput) => {
    await kms.grants.revoke(caller, { keyId: KeyId, grantId: GrantId, dryRun: DryRun });
    return noOutput;
  },
});
