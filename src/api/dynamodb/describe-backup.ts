/** DescribeBackup: of none, as none can be made yet. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const describeBackup = operation({
  name: 'DescribeBackup',
  run: (_: DynamoContext, { BackupArn }: { readonly BackupArn: string }) => {
    throw new Refusal('BackupNotFound', { backupArn: BackupArn });
  },
});
