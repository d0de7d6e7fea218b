/** What UpdateTable changes in a table's record without touching keys, and the dates it leaves there. */
import { Refusal } from '../base/errors.ts';
import type { TableRecord } from './catalog-record.ts';
import type { SettingsChange, TableDefinition, Throughput } from './table-record.ts';

function refuse(message: string): never {
  throw new Refusal('Validation', { message });
}

/** The dates of a table that is made now. */
export function initialDates(
  { billingMode }: Pick<TableDefinition, 'billingMode'>,
  nowMs: number,
): Pick<TableRecord, 'createdAtMs' | 'payPerRequestSinceMs'> {
  return {
    createdAtMs: nowMs,
    ...(billingMode === 'PAY_PER_REQUEST' ? { payPerRequestSinceMs: nowMs } : {}),
  };
}

/**
 * The record after the change. Refuses a throughput that the table's billing has no use for, or lacks: the table may
 * be another than the one the request was checked against.
 */
export function changedSettings(record: TableRecord, change: SettingsChange, nowMs: number): TableRecord {
  const { throughput: before, ...definition } = record.definition;
  const { billingMode = definition.billingMode, tableClass, deletionProtection } = change;
  const throughput = nextThroughput(definition.billingMode, before, change);
  const becomesOnDemand = billingMode === 'PAY_PER_REQUEST' && definition.billingMode !== billingMode;
  // What was never named is the standard class.
  const changesClass = tableClass !== undefined && tableClass !== (definition.tableClass ?? 'STANDARD');
  return {
    ...record,
    definition: {
      ...definition,
      billingMode,
      ...(throughput === undefined ? {} : { throughput }),
      ...(tableClass === undefined ? {} : { tableClass }),
      ...(deletionProtection === undefined ? {} : { deletionProtection }),
    },
    ...throughputDates(before, throughput, nowMs),
    ...(becomesOnDemand ? { payPerRequestSinceMs: nowMs } : {}),
    ...(changesClass ? { tableClassSinceMs: nowMs } : {}),
  };
}

function nextThroughput(
  modeBefore: TableDefinition['billingMode'],
  before: Throughput | undefined,
  { billingMode = modeBefore, throughput }: SettingsChange,
): Throughput | undefined {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (throughput === undefined) return undefined;
    refuse(
      'One or more parameter values were invalid: ' +
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (throughput === undefined) {
    if (before !== undefined) return before;
    refuse(
      'One or more parameter values were invalid: ' +
        'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  }
  return throughput;
}

/** One change may raise one and lower the other. A table that was on demand has none to compare with. */
function throughputDates(
  before: Throughput | undefined,
  after: Throughput | undefined,
  nowMs: number,
): Pick<TableRecord, 'lastIncreaseMs' | 'lastDecreaseMs'> {
  if (before === undefined || after === undefined) return {};
  const reads = after.ReadCapacityUnits - before.ReadCapacityUnits;
  const writes = after.WriteCapacityUnits - before.WriteCapacityUnits;
  return {
    ...(reads > 0 || writes > 0 ? { lastIncreaseMs: nowMs } : {}),
    ...(reads < 0 || writes < 0 ? { lastDecreaseMs: nowMs } : {}),
  };
}
