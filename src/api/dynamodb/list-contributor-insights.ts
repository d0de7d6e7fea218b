/** ListContributorInsights: none, as they can be enabled for no table. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listContributorInsights = operation({
  name: 'ListContributorInsights',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName?: string }) => {
    if (TableName !== undefined) await tables.describe(caller, TableName);
    return { ContributorInsightsSummaries: [] };
  },
});
