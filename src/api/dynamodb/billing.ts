/** How a table is billed: on demand or by provisioned throughput, and what of that a request may ask for. */
import { Refusal, refuse } from '../../base/errors.ts';
import { checkOnDemandThroughput } from '../../tables/table-settings.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from '../../tables/throughput.ts';
import { tableUnitsMax } from './table-limits.ts';

export type BillingMode = 'PROVISIONED' | 'PAY_PER_REQUEST';

export interface BillingInput {
  readonly BillingMode?: BillingMode;
  readonly ProvisionedThroughput?: Throughput;
  readonly OnDemandThroughput?: OnDemandThroughput;
  readonly WarmThroughput?: WarmThroughput;
}

export interface Billing {
  readonly billingMode: BillingMode;
  /** Present exactly when provisioned. */
  readonly throughput?: Throughput;
}

const unitNames = ['ReadCapacityUnits', 'WriteCapacityUnits'] as const;
/** Of either, in any request. */
const unitsMax = 1_000_000_000_000;
const invalidParameter = 'One or more parameter values were invalid: ';

/** The billing of a new table; provisioned where the request does not say. */
export function newBilling({
  BillingMode = 'PROVISIONED',
  ProvisionedThroughput,
  OnDemandThroughput: bounds,
}: BillingInput): Billing {
  checkBillingInput({ BillingMode, ProvisionedThroughput });
  if (BillingMode === 'PAY_PER_REQUEST') return { billingMode: BillingMode };
  if (ProvisionedThroughput === undefined) refuseNoThroughput();
  checkQuota(ProvisionedThroughput);
  checkOnDemandThroughput(bounds, { billingMode: BillingMode });
  return { billingMode: BillingMode, throughput: ProvisionedThroughput };
}

interface AskedBilling {
  readonly BillingMode?: BillingMode | undefined;
  readonly ProvisionedThroughput?: Throughput | undefined;
}

/** Refuses what no table can be asked for, whatever its billing is now. */
export function checkBillingInput({ BillingMode, ProvisionedThroughput }: AskedBilling): void {
  if (BillingMode === 'PAY_PER_REQUEST' && ProvisionedThroughput !== undefined) refuseThroughput();
  checkBounds(ProvisionedThroughput);
}

/** Refuses units of a table, or of the index, that are out of all bounds: before anything else that is wrong with it. */
export function checkBounds(throughput: Throughput | undefined, index?: string): void {
  for (const name of unitNames) {
    const units = throughput?.[name] ?? 0;
    if (units <= unitsMax) continue;
    refuse(
      `Given value ${units} for ${name} is out of bounds${index === undefined ? '' : ` for index ${index}`}`,
    );
  }
}

/** The billing after an update, from the one before; refuses one that would change nothing. */
export function nextBilling(input: BillingInput, current: Billing): Billing {
  const { BillingMode = current.billingMode, ProvisionedThroughput } = input;
  if (BillingMode === 'PAY_PER_REQUEST' || current.throughput === undefined) {
    return newBilling({ BillingMode, ...(ProvisionedThroughput && { ProvisionedThroughput }) });
  }
  if (ProvisionedThroughput === undefined) {
    return { billingMode: BillingMode, throughput: current.throughput };
  }
  checkQuota(ProvisionedThroughput);
  checkChanges(ProvisionedThroughput, current.throughput);
  return { billingMode: BillingMode, throughput: ProvisionedThroughput };
}

function refuseThroughput(): never {
  refuse(
    `${invalidParameter}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified ` +
      'when BillingMode is PAY_PER_REQUEST',
  );
}

function refuseNoThroughput(): never {
  refuse(
    `${invalidParameter}ReadCapacityUnits and WriteCapacityUnits must both be specified ` +
      'when BillingMode is PROVISIONED',
  );
}

/** Refuses more units than a table, or the index, can have. */
export function checkQuota(throughput: Throughput | undefined, index?: string): void {
  for (const name of unitNames) {
    if ((throughput?.[name] ?? 0) <= tableUnitsMax) continue;
    const owner = index === undefined ? 'a table' : `the index ${index}`;
    throw new Refusal('LimitExceeded', {
      message: `Subscriber limit exceeded: ${name} of ${owner} can be ${tableUnitsMax} at most`,
    });
  }
}

function checkChanges(requested: Throughput, current: Throughput): void {
  const { ReadCapacityUnits: read, WriteCapacityUnits: write } = requested;
  if (read !== current.ReadCapacityUnits || write !== current.WriteCapacityUnits) return;
  refuse(
    'The provisioned throughput for the table will not change. ' +
      'The requested value equals the current value. ' +
      `Current ReadCapacityUnits provisioned for the table: ${read}. Requested ReadCapacityUnits: ${read}. ` +
      `Current WriteCapacityUnits provisioned for the table: ${write}. ` +
      `Requested WriteCapacityUnits: ${write}. Refer to the Amazon DynamoDB Developer Guide for ` +
      'current limits and how to request higher limits.',
  );
}
