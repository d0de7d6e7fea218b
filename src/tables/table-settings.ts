/** What UpdateTable changes in a table's record without touching keys, and the dates it leaves there. */
import { dayMs } from '../base/clock.ts';
import { Refusal, refuse } from '../base/errors.ts';
import type { TableRecord } from './catalog-record.ts';
import type { IndexRecord } from './index-definition.ts';
import type { SettingsChange, TableDefinition } from './table-record.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from './throughput.ts';

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
  const { throughput: before, onDemandThroughput, warmThroughput, ...definition } = record.definition;
  const { billingMode = definition.billingMode, tableClass, deletionProtection } = change;
  const throughput = nextThroughput(definition.billingMode, before, change);
  const indexes = changedIndexes(record, billingMode, change);
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
      ...mergedBounds({ onDemandThroughput, warmThroughput }, change, { billingMode }),
    },
    ...(indexes && { indexes }),
    ...throughputDates(record, throughput, nowMs),
    ...(becomesOnDemand ? { payPerRequestSinceMs: nowMs } : {}),
    ...(changesClass ? { tableClassSinceMs: nowMs } : {}),
  };
}

/** Each global index has units of its own exactly where the table is provisioned. */
function changedIndexes(
  { indexes }: TableRecord,
  billingMode: TableDefinition['billingMode'],
  { indexThroughput = new Map() }: SettingsChange,
): readonly IndexRecord[] | undefined {
  const isGlobal = (name: string) => indexes?.some((index) => index.kind === 'global' && index.name === name);
  for (const name of indexThroughput.keys()) if (!isGlobal(name)) throw new Refusal('TableNotFound', {});
  return indexes?.map((index) => {
    if (index.kind === 'local') return index;
    const { throughput: before, onDemandThroughput, warmThroughput, ...others } = index;
    const { throughput: asked, ...bounds } = indexThroughput.get(index.name) ?? {};
    const units = indexUnits({ name: index.name, before, asked }, billingMode);
    const merged = mergedBounds({ onDemandThroughput, warmThroughput }, bounds, {
      billingMode,
      index: index.name,
    });
    return { ...others, ...merged, ...(units && { throughput: units }) };
  });
}

/**
 * Refuses bounds of what is billed by use where it is not. In our own words, after those that AWS has for units on demand:
 * of its own for this nothing is known.
 */
export function checkOnDemandThroughput(
  given: OnDemandThroughput | undefined,
  { billingMode, index }: { readonly billingMode: TableDefinition['billingMode']; readonly index?: string },
): void {
  if (given === undefined || billingMode === 'PAY_PER_REQUEST') return;
  refuse(
    'One or more parameter values were invalid: ' +
      'Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified ' +
      `${index === undefined ? '' : `for index: ${index} `}when BillingMode is PROVISIONED`,
  );
}

interface Bounds {
  readonly onDemandThroughput?: OnDemandThroughput | undefined;
  readonly warmThroughput?: WarmThroughput | undefined;
}

/** Of each, a member that is not named stays as it was; bounds of what is billed by use go with that. */
function mergedBounds(
  before: Bounds,
  asked: Bounds,
  billed: Parameters<typeof checkOnDemandThroughput>[1],
): Pick<SettingsChange, 'onDemandThroughput' | 'warmThroughput'> {
  checkOnDemandThroughput(asked.onDemandThroughput, billed);
  const isOnDemand = billed.billingMode === 'PAY_PER_REQUEST';
  const onDemandThroughput = isOnDemand && merged(before.onDemandThroughput, asked.onDemandThroughput);
  const warmThroughput = merged(before.warmThroughput, asked.warmThroughput);
  return {
    ...(onDemandThroughput && { onDemandThroughput }),
    ...(warmThroughput && { warmThroughput }),
  };
}

function merged<T extends object>(before: T | undefined, asked: T | undefined): T | undefined {
  if (before === undefined || asked === undefined) return asked ?? before;
  return { ...before, ...asked };
}

interface IndexUnits {
  readonly name: string;
  readonly before: Throughput | undefined;
  readonly asked: Throughput | undefined;
}

function indexUnits(
  { name, before, asked }: IndexUnits,
  billingMode: TableDefinition['billingMode'],
): Throughput | undefined {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (asked === undefined) return undefined;
    refuse(
      'One or more parameter values were invalid: ' +
        `Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: ${name} ` +
        'when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (asked === undefined) {
    if (before !== undefined) return before;
    refuse(
      `One or more parameter values were invalid: ProvisionedThroughput must be specified for index: ${name}`,
    );
  }
  const { ReadCapacityUnits: reads, WriteCapacityUnits: writes } = asked;
  if (reads !== before?.ReadCapacityUnits || writes !== before.WriteCapacityUnits) return asked;
  refuse(
    `The provisioned throughput for the index ${name} will not change. ` +
      'The requested value equals the current value. ' +
      `Current ReadCapacityUnits provisioned for the index: ${reads}. Requested ReadCapacityUnits: ${reads}. ` +
      `Current WriteCapacityUnits provisioned for the index: ${writes}. ` +
      `Requested WriteCapacityUnits: ${writes}. Refer to the Amazon DynamoDB Developer Guide for ` +
      'current limits and how to request higher limits.',
  );
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
  record: TableRecord,
  after: Throughput | undefined,
  nowMs: number,
): Pick<TableRecord, 'lastIncreaseMs' | 'lastDecreaseMs' | 'decreasesThatDay'> {
  const { throughput: before } = record.definition;
  if (before === undefined || after === undefined) return {};
  const reads = after.ReadCapacityUnits - before.ReadCapacityUnits;
  const writes = after.WriteCapacityUnits - before.WriteCapacityUnits;
  return {
    ...(reads > 0 || writes > 0 ? { lastIncreaseMs: nowMs } : {}),
    ...(reads < 0 || writes < 0
      ? { lastDecreaseMs: nowMs, decreasesThatDay: decreasesOnDay(record, nowMs) + 1 }
      : {}),
  };
}

/** How often the units of a table were lowered on the day of `ms`, by UTC. AWS rations that; here it is only told. */
export function decreasesOnDay(
  { lastDecreaseMs, decreasesThatDay = 0 }: Pick<TableRecord, 'lastDecreaseMs' | 'decreasesThatDay'>,
  ms: number,
): number {
  if (lastDecreaseMs === undefined || dayOf(lastDecreaseMs) !== dayOf(ms)) return 0;
  return decreasesThatDay;
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs);
}
