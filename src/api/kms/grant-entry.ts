/** A grant as the lists show it, its token never. */
import type {
  ContextPairs,
  GrantConstraints,
  GrantPrincipal,
  GrantRecord,
} from '../../kms/embedded/grant.ts';
import { epochSeconds } from './epoch-seconds.ts';

export function grantEntry(grant: GrantRecord): object {
  return {
    KeyId: grant.keyArn,
    GrantId: grant.grantId,
    Name: grant.name,
    CreationDate: epochSeconds(grant.createdMs),
    ...principalMembers('Grantee', grant.grantee, grant),
    ...principalMembers('Retiring', grant.retiree, grant),
    IssuingAccount: `arn:aws:iam::${grant.issuingAccount}:root`,
    Operations: grant.operations,
    Constraints: constraintMembers(grant.constraints),
  };
}

/** Oldest first: what names a grant in a list, and orders it. */
export function grantOrder({ createdMs, keyArn, grantId }: GrantRecord): string {
  return `${createdMs.toString().padStart(16, '0')} ${keyArn} ${grantId}`;
}

/** A service that was named by a caller has a member of its own; one that made the grant itself stands among the others. */
function principalMembers(
  role: 'Grantee' | 'Retiring',
  principal: GrantPrincipal | undefined,
  { holder }: GrantRecord,
): object {
  if (principal === undefined) return {};
  const member = principal.kind === 'service' && holder === undefined ? 'ServicePrincipal' : 'Principal';
  return { [`${role}${member}`]: principal.name };
}

function constraintMembers({ equals, subset, sourceArn }: GrantConstraints): object | undefined {
  if (equals === undefined && subset === undefined && sourceArn === undefined) return undefined;
  return {
    EncryptionContextSubset: mapOf(subset),
    EncryptionContextEquals: mapOf(equals),
    SourceArn: sourceArn,
  };
}

function mapOf(pairs: ContextPairs | undefined): ReadonlyMap<string, string> | undefined {
  return pairs === undefined ? undefined : new Map(pairs);
}
