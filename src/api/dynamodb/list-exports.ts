/** ListExports: the exports of the account in the region, or of one table there, the newest first. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { exportSummary } from './export-description.ts';
import { listedPage } from './listed-page.ts';

interface ListExportsInput {
  readonly TableArn?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export const listExports = operation({
  name: 'ListExports',
  run: ({ exports, caller }: DynamoContext, { TableArn, MaxResults, NextToken }: ListExportsInput) => {
    const { page, next } = listedPage(exports.all(caller, TableArn), { limit: MaxResults, after: NextToken });
    return { ExportSummaries: page.map(exportSummary), NextToken: next };
  },
});
