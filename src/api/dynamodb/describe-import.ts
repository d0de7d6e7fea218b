/** DescribeImport: how far an import has come, for ninety days. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { importDescription } from './import-description.ts';

export const describeImport = operation({
  name: 'DescribeImport',
  run: ({ imports, caller }: DynamoContext, { ImportArn }: { readonly ImportArn: string }) => ({
    ImportTableDescription: importDescription(imports.find(caller, ImportArn)),
  }),
});
