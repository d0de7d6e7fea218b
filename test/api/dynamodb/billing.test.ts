import { describe, expect, test } from 'vitest';
import {
  type Billing,
  type BillingInput,
  newBilling,
  nextBilling,
} from '../../../src/api/dynamodb/billing.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

const units = (ReadCapacityUnits: number, WriteCapacityUnits: number) => ({
  ReadCapacityUnits,
  WriteCapacityUnits,
});
const onDemand: Billing = { billingMode: 'PAY_PER_REQUEST' };
const provisioned = (read: number, write: number): Billing => ({
  billingMode: 'PROVISIONED',
  throughput: units(read, write),
});

const noUnits = `Validation: ${P}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`;
const wantsUnits = `Validation: ${P}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`;
const noBounds = `Validation: ${P}Neither MaxReadRequestUnits nor MaxWriteRequestUnits can be specified when BillingMode is PROVISIONED`;
const tooMany = (name: string) =>
  `LimitExceeded: Subscriber limit exceeded: ${name} of a table can be 40000 at most`;

describe('the billing of a new table', () => {
  const taken: [BillingInput, Billing][] = [
    [{ BillingMode: 'PAY_PER_REQUEST' }, onDemand],
    [{ BillingMode: 'PAY_PER_REQUEST', OnDemandThroughput: { MaxReadRequestUnits: 1 } }, onDemand],
    [{ ProvisionedThroughput: units(1, 2) }, provisioned(1, 2)],
    [
      { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(40_000, 40_000) },
      provisioned(40_000, 40_000),
    ],
  ];
  for (const [input, billing] of taken) {
    test(`${JSON.stringify(input)}`, () => {
      expect(newBilling(input)).toEqual(billing);
    });
  }

  const refused: [BillingInput, string][] = [
    [{}, wantsUnits],
    [{ BillingMode: 'PROVISIONED' }, wantsUnits],
    [{ BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput: units(1, 1) }, noUnits],
    [{ ProvisionedThroughput: units(40_001, 1) }, tooMany('ReadCapacityUnits')],
    [{ ProvisionedThroughput: units(1, 40_001) }, tooMany('WriteCapacityUnits')],
    [
      { ProvisionedThroughput: units(1_000_000_000_000, 1_000_000_000_001) },
      'Validation: Given value 1000000000001 for WriteCapacityUnits is out of bounds',
    ],
    [{ OnDemandThroughput: { MaxReadRequestUnits: 1 } }, wantsUnits],
    [{ ProvisionedThroughput: units(1, 1), OnDemandThroughput: { MaxReadRequestUnits: 1 } }, noBounds],
  ];
  for (const [input, sentence] of refused) {
    test(`refused: ${JSON.stringify(input)}`, async () => {
      expect(await refusalOf(() => newBilling(input))).toBe(sentence);
    });
  }
});

describe('the billing after an update', () => {
  const taken: [string, BillingInput, Billing, Billing][] = [
    ['other units', { ProvisionedThroughput: units(2, 1) }, provisioned(1, 1), provisioned(2, 1)],
    [
      'other units, and the mode again',
      { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(1, 2) },
      provisioned(1, 1),
      provisioned(1, 2),
    ],
    ['the mode again', { BillingMode: 'PROVISIONED' }, provisioned(1, 1), provisioned(1, 1)],
    ['to on demand', { BillingMode: 'PAY_PER_REQUEST' }, provisioned(1, 1), onDemand],
    ['on demand again', { BillingMode: 'PAY_PER_REQUEST' }, onDemand, onDemand],
    [
      'to provisioned',
      { BillingMode: 'PROVISIONED', ProvisionedThroughput: units(1, 1) },
      onDemand,
      provisioned(1, 1),
    ],
  ];
  for (const [title, input, current, next] of taken) {
    test(`${title}: ${JSON.stringify(input)}`, () => {
      expect(nextBilling(input, current)).toEqual(next);
    });
  }

  test('holds nothing else of what the table is now', () => {
    const current = { ...provisioned(1, 1), deletionProtection: true };
    expect(nextBilling({ BillingMode: 'PROVISIONED' }, current)).toEqual(provisioned(1, 1));
  });

  const unchanged =
    'Validation: The provisioned throughput for the table will not change. The requested value equals the current value. ' +
    'Current ReadCapacityUnits provisioned for the table: 1. Requested ReadCapacityUnits: 1. ' +
    'Current WriteCapacityUnits provisioned for the table: 2. Requested WriteCapacityUnits: 2. ' +
    'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.';
  const refused: [BillingInput, Billing, string][] = [
    [{ ProvisionedThroughput: units(1, 2) }, provisioned(1, 2), unchanged],
    [{ BillingMode: 'PROVISIONED', ProvisionedThroughput: units(1, 2) }, provisioned(1, 2), unchanged],
    [{ ProvisionedThroughput: units(1, 40_001) }, provisioned(1, 2), tooMany('WriteCapacityUnits')],
    [{ ProvisionedThroughput: units(1, 1) }, onDemand, noUnits],
    [{ BillingMode: 'PAY_PER_REQUEST', ProvisionedThroughput: units(1, 1) }, provisioned(1, 2), noUnits],
    [{ BillingMode: 'PROVISIONED' }, onDemand, wantsUnits],
  ];
  for (const [input, current, sentence] of refused) {
    test(`refused: ${JSON.stringify(input)} of ${current.billingMode}`, async () => {
      expect(await refusalOf(() => nextBilling(input, current))).toBe(sentence);
    });
  }
});
