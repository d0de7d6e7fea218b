/** CreateGrant: lets a principal use a key, in the ways and under the constraints it names. */
import type { GrantOperation } from '../../kms/embedded/grant.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';

interface CreateGrantInput {
  readonly KeyId: string;
  readonly GranteePrincipal?: string;
  readonly GranteeServicePrincipal?: string;
  readonly RetiringPrincipal?: string;
  readonly RetiringServicePrincipal?: string;
  readonly Operations: readonly GrantOperation[];
  readonly Constraints?: {
    readonly EncryptionContextEquals?: ReadonlyMap<string, string>;
    readonly EncryptionContextSubset?: ReadonlyMap<string, string>;
    readonly SourceArn?: string;
  };
  readonly GrantTokens?: readonly string[];
  readonly Name?: string;
  readonly DryRun?: boolean;
}

export const createGrant = operation({
  name: 'CreateGrant',
  run: async ({ kms, caller }: KmsContext, input: CreateGrantInput) => {
    kms.grants.requireTokens(caller, input.GrantTokens);
    const { grantId, token } = await kms.grants.create(caller, {
      keyId: input.KeyId,
      name: input.Name,
      grantee: input.GranteePrincipal,
      granteeService: input.GranteeServicePrincipal,
      retiree: input.RetiringPrincipal,
      retireeService: input.RetiringServicePrincipal,
      operations: input.Operations,
      equals: input.Constraints?.EncryptionContextEquals,
      subset: input.Constraints?.EncryptionContextSubset,
      sourceArn: input.Constraints?.SourceArn,
      dryRun: input.DryRun,
    });
    return { GrantToken: token, GrantId: grantId };
  },
});
