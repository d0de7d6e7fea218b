/** DescribeContributorInsights: disabled, as nothing here counts who uses which key most. Refuses an index that is not there. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

interface DescribeContributorInsightsInput {
  readonly TableName: string;
  readonly IndexName?: string;
}

export const describeContributorInsights = operation({
  name: 'DescribeContributorInsights',
  run: async ({ tables, caller }: DynamoContext, input: DescribeContributorInsightsInput) => {
    const { definition, indexes = [] } = await tables.describe(caller, input.TableName);
    const { IndexName } = input;
    const isGlobal = indexes.some(({ kind, name }) => kind === 'global' && name === IndexName);
    if (IndexName !== undefined && !isGlobal) throw new Refusal('TableNotFound', {});
    return {
      TableName: definition.name,
      IndexName,
      ContributorInsightsRuleList: [],
      ContributorInsightsStatus: 'DISABLED',
    };
  },
});
