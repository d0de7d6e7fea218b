/** PutResourcePolicy: attaches a policy to a table or stream, in place of the one that was there. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { checkedPolicy, locksOut } from './policy-document.ts';
import { checkRevision, noPolicy } from './policy-revision.ts';
import { namedResource } from './resource-arn.ts';

interface PutResourcePolicyInput {
  readonly ResourceArn: string;
  readonly Policy: string;
  /** Of the policy that is to be replaced; NO_POLICY where there should be none. */
  readonly ExpectedRevisionId?: string;
  readonly ConfirmRemoveSelfResourceAccess?: boolean;
}

export const putResourcePolicy = operation({
  name: 'PutResourcePolicy',
  run: async ({ tables, caller }: DynamoContext, input: PutResourcePolicyInput) => {
    const { ResourceArn, Policy, ExpectedRevisionId, ConfirmRemoveSelfResourceAccess = false } = input;
    const resource = namedResource(caller, 'PutResourcePolicy', ResourceArn);
    const document = checkedPolicy(Policy);
    if (!ConfirmRemoveSelfResourceAccess && locksOut(document, { caller, resource: ResourceArn })) {
      throw new Refusal('Validation', {
        message:
          'The policy takes from you the right to change it again: ' +
          'set ConfirmRemoveSelfResourceAccess where that is meant',
      });
    }
    const changed = await tables.annotations.changePolicy(caller, resource, (before) => {
      checkRevision(before, ExpectedRevisionId);
      return Policy;
    });
    return { RevisionId: changed?.revisionId ?? noPolicy };
  },
});
