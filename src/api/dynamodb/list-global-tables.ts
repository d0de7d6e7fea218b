/** ListGlobalTables: none: these are the tables of version 2017.11.29; replicas of version 2019.11.21 are of UpdateTable. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listGlobalTables = operation({
  name: 'ListGlobalTables',
  run: (_: DynamoContext) => ({ GlobalTables: [] }),
});
