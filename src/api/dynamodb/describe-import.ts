/** DescribeImport: of none, as there is nowhere to import from. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeImport = operation({
  name: 'DescribeImport',
  run: (_: DynamoContext, { ImportArn }: { readonly ImportArn: string }) => {
    throw new Refusal('ImportNotFound', { importArn: ImportArn });
  },
});
