/** ListBackups: none, as none can be made yet. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listBackups = operation({
  name: 'ListBackups',
  run: (_: DynamoContext) => ({ BackupSummaries: [] }),
});
