/** DescribeContinuousBackups: what AWS tells of a table without point-in-time recovery, which there is none of here. */
import { operation } from '../operation.ts';
import { requireTable } from './backup-table.ts';
import type { DynamoContext } from './context.ts';

export const describeContinuousBackups = operation({
  name: 'DescribeContinuousBackups',
  run: async ({ tables, caller }: DynamoContext, { TableName }: { readonly TableName: string }) => {
    await requireTable(tables.describe(caller, TableName), TableName);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    };
  },
});
