/** DescribeExport: what became of an export, for ninety days. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { exportDescription } from './export-description.ts';

export const describeExport = operation({
  name: 'DescribeExport',
  run: ({ exports, caller }: DynamoContext, { ExportArn }: { readonly ExportArn: string }) => ({
    ExportDescription: exportDescription(exports.find(caller, ExportArn)),
  }),
});
