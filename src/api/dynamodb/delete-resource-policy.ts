/** DeleteResourcePolicy: takes the policy of a table or stream away; where there is none, that is no fault. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { checkRevision } from './policy-revision.ts';
import { namedResource } from './resource-arn.ts';

interface DeleteResourcePolicyInput {
  readonly ResourceArn: string;
  readonly ExpectedRevisionId?: string;
}

export const deleteResourcePolicy = operation({
  name: 'DeleteResourcePolicy',
  run: async ({ tables, caller }: DynamoContext, input: DeleteResourcePolicyInput) => {
    const { ResourceArn, ExpectedRevisionId } = input;
    const resource = namedResource(caller, 'DeleteResourcePolicy', ResourceArn);
    let revisionId = '';
    await tables.annotations.changePolicy(caller, resource, (before) => {
      checkRevision(before, ExpectedRevisionId);
      revisionId = before?.revisionId ?? '';
      return undefined;
    });
    return { RevisionId: revisionId };
  },
});
