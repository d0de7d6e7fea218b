/** DescribeExport: of none, as there is nowhere to export to. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeExport = operation({
  name: 'DescribeExport',
  run: (_: DynamoContext, { ExportArn }: { readonly ExportArn: string }) => {
    throw new Refusal('ExportNotFound', { exportArn: ExportArn });
  },
});
