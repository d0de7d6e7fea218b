/** ListGrants: the grants of a key, all or those that fit. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { grantEntry, grantOrder } from './grant-entry.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

const limitMax = 100;

interface ListGrantsInput extends ListInput {
  readonly KeyId: string;
  readonly GrantId?: string;
  readonly GranteePrincipal?: string;
  readonly GranteeServicePrincipal?: string;
}

export const listGrants = operation({
  name: 'ListGrants',
  run: ({ kms, caller }: KmsContext, input: ListGrantsInput) => {
    const { KeyId, GrantId, GranteePrincipal, GranteeServicePrincipal, Limit = 50, Marker } = input;
    const filter = { grantId: GrantId, grantee: GranteePrincipal, granteeService: GranteeServicePrincipal };
    const { keyArn, grants } = kms.grants.list(caller, KeyId, filter);
    const page = kms.page({
      caller,
      list: `ListGrants ${keyArn} ${JSON.stringify(filter)}`,
      items: grants,
      nameOf: grantOrder,
      limit: Math.min(Limit, limitMax),
      marker: Marker,
    });
    return listAnswer(page, 'Grants', grantEntry);
  },
});
