/** DescribeContributorInsights: disabled, as nothing here counts who uses which key most. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

interface DescribeContributorInsightsInput {
  readonly TableName: string;
  readonly IndexName?: string;
}

export const describeContributorInsights = operation({
  name: 'DescribeContributorInsights',
  run: async ({ tables, caller }: DynamoContext, input: DescribeContributorInsightsInput) => {
    const { definition } = await tables.describe(caller, input.TableName);
    return {
      TableName: definition.name,
      IndexName: input.IndexName,
      ContributorInsightsRuleList: [],
      ContributorInsightsStatus: 'DISABLED',
    };
  },
});
