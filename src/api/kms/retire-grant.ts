/** RetireGrant: ends a grant, for those whom the grant itself lets end it. */
import { Refusal } from '../../base/errors.ts';
import { noOutput, operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface RetireGrantInput {
  readonly GrantToken?: string;
  readonly KeyId?: string;
  readonly GrantId?: string;
  readonly DryRun?: boolean;
}

export const retireGrant = operation({
  name: 'RetireGrant',
  run: async ({ kms, caller }: KmsContext, input: RetireGrantInput) => {
    await kms.grants.retire(caller, { ...named(input), dryRun: input.DryRun });
    return noOutput;
  },
});

function named({ GrantToken, KeyId, GrantId }: RetireGrantInput) {
  const byId = KeyId !== undefined || GrantId !== undefined;
  if (GrantToken !== undefined && !byId) return { token: GrantToken };
  if (GrantToken === undefined && KeyId !== undefined && GrantId !== undefined) {
    return { keyId: KeyId, grantId: GrantId };
  }
  throw new Refusal('Validation', { message: 'Grant token OR (grant ID, key ID) must be specified' });
}
