/** GetResourcePolicy: the policy of a table or stream, as it was put. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { policyNotFound } from './policy-revision.ts';
import { namedResource } from './resource-arn.ts';

export const getResourcePolicy = operation({
  name: 'GetResourcePolicy',
  run: async ({ tables, caller }: DynamoContext, { ResourceArn }: { readonly ResourceArn: string }) => {
    const resource = namedResource(caller, 'GetResourcePolicy', ResourceArn);
    const policy = await tables.annotations.policy(caller, resource);
    if (policy === undefined) throw policyNotFound(ResourceArn);
    return { Policy: policy.text, RevisionId: policy.revisionId };
  },
});
