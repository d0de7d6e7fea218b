/** ListImports: the imports of the account in the region, or into one table there, the newest first. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { importSummary } from './import-description.ts';
import { listedPage } from './listed-page.ts';

interface ListImportsInput {
  readonly TableArn?: string;
  readonly PageSize?: number;
  readonly NextToken?: string;
}

export const listImports = operation({
  name: 'ListImports',
  run: ({ imports, caller }: DynamoContext, { TableArn, PageSize, NextToken }: ListImportsInput) => {
    const { page, next } = listedPage(imports.all(caller, TableArn), { limit: PageSize, after: NextToken });
    return { ImportSummaryList: page.map(importSummary), NextToken: next };
  },
});
