/** What both restores may be asked to do otherwise than the source has it. */
import { refuse } from '../../base/errors.ts';
import type { IndexOverride, RestoreOverrides } from '../../lifecycle/restore-overrides.ts';
import type { OnDemandThroughput, Throughput } from '../../tables/throughput.ts';
import { type BillingMode, checkBillingInput, checkBounds, checkQuota } from './billing.ts';
import { encryptionChoice, type SseSpecification } from './encryption-choice.ts';
import { type IndexInput, indexDefinition } from './index-definition.ts';
import { refuseMissing } from './missing-parameter.ts';

export interface OverridesInput {
  readonly BillingModeOverride?: BillingMode;
  readonly GlobalSecondaryIndexOverride?: readonly IndexInput[];
  readonly LocalSecondaryIndexOverride?: readonly IndexInput[];
  readonly ProvisionedThroughputOverride?: Throughput;
  readonly OnDemandThroughputOverride?: OnDemandThroughput;
  readonly SSESpecificationOverride?: SseSpecification;
}

/**
 * Refuses members that contradict one another, more units than there can be, two overrides of one index, and parameters that
 * this server does not have.
 */
export function restoreOverrides(input: OverridesInput): RestoreOverrides {
  refuseMissing(input, ['VectorIndexOverride']);
  const { BillingModeOverride, ProvisionedThroughputOverride, OnDemandThroughputOverride } = input;
  const { GlobalSecondaryIndexOverride: globals, LocalSecondaryIndexOverride: locals } = input;
  const { SSESpecificationOverride: sse } = input;
  checkUnits(input);
  return {
    ...(sse && { encryption: encryptionChoice(sse) }),
    ...(BillingModeOverride && { billingMode: BillingModeOverride }),
    ...(ProvisionedThroughputOverride && { throughput: ProvisionedThroughputOverride }),
    ...(OnDemandThroughputOverride && { onDemandThroughput: OnDemandThroughputOverride }),
    ...(globals && { globalIndexes: indexOverrides('global', globals) }),
    ...(locals && { localIndexes: indexOverrides('local', locals) }),
  };
}

/** As CreateTable does, whatever the source has. */
function checkUnits(input: OverridesInput): void {
  const { BillingModeOverride: BillingMode, ProvisionedThroughputOverride: ProvisionedThroughput } = input;
  checkBillingInput({ BillingMode, ProvisionedThroughput });
  checkQuota(ProvisionedThroughput);
  for (const { IndexName, ProvisionedThroughput: units } of input.GlobalSecondaryIndexOverride ?? []) {
    checkBounds(units, IndexName);
    checkQuota(units, IndexName);
  }
}

function indexOverrides(kind: 'global' | 'local', inputs: readonly IndexInput[]): readonly IndexOverride[] {
  const names = new Set<string>();
  return inputs.map((input) => {
    const { IndexName } = input;
    if (names.has(IndexName)) {
      refuse(`One or more parameter values were invalid: Duplicate index name: ${IndexName}`);
    }
    names.add(IndexName);
    return indexDefinition(kind, input);
  });
}
