/** ListGlobalTables: none, as every table is of one region. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

export const listGlobalTables = operation({
  name: 'ListGlobalTables',
  run: (_: DynamoContext) => ({ GlobalTables: [] }),
});
