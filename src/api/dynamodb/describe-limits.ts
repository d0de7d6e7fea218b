/** DescribeLimits: the quotas on provisioned throughput. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { accountUnitsMax, tableUnitsMax } from './table-limits.ts';

export const describeLimits = operation({
  name: 'DescribeLimits',
  run: (_: DynamoContext, _input: object) => ({
    AccountMaxReadCapacityUnits: accountUnitsMax,
    AccountMaxWriteCapacityUnits: accountUnitsMax,
    TableMaxReadCapacityUnits: tableUnitsMax,
    TableMaxWriteCapacityUnits: tableUnitsMax,
  }),
});
