/** ListKeyPolicies: always the one name. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import type { ListInput } from './list-answer.ts';
import { policyName } from './policy-name.ts';

export const listKeyPolicies = operation({
  name: 'ListKeyPolicies',
  run: (
    { kms, caller }: KmsContext,
    { KeyId, Marker, Limit = 100 }: ListInput & { readonly KeyId: string },
  ) => {
    const key = kms.keys.read(caller, 'ListKeyPolicies', KeyId);
    const { items } = kms.page({
      caller,
      list: `ListKeyPolicies ${key.keyId}`,
      items: [policyName],
      nameOf: (name) => name,
      limit: Limit,
      marker: Marker,
    });
    return { PolicyNames: items, Truncated: false };
  },
});
