/** What UpdateTable changes of billing, units and global indexes: the one group of changes that may come together. */
import type { IndexInfo, IndexThroughput } from '../../tables/index-definition.ts';
import type { AttributeDefinition, SettingsChange, TableInfo } from '../../tables/table-record.ts';
import { checkOnDemandThroughput } from '../../tables/table-settings.ts';
import { type Billing, type BillingInput, checkBillingInput, checkQuota, nextBilling } from './billing.ts';
import type { DynamoContext } from './context.ts';
import { checkGlobalIndex, checkNonKeyAttributes, indexDefinition } from './index-definition.ts';
import { type IndexUpdateInput, indexUpdates } from './index-updates.ts';
import { checkWarmer } from './warm-throughput.ts';

export interface UnitsAndIndexesInput extends BillingInput {
  readonly TableName: string;
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
  readonly GlobalSecondaryIndexUpdates?: readonly IndexUpdateInput[];
}

/** An index that comes or goes first, and then the units of the table and its indexes. Answers as the last of them does. */
export async function changeUnitsAndIndexes(
  { tables, caller }: Pick<DynamoContext, 'tables' | 'caller'>,
  input: UnitsAndIndexesInput,
): Promise<TableInfo> {
  const { TableName, BillingMode, ProvisionedThroughput, OnDemandThroughput, WarmThroughput } = input;
  checkBillingInput(input);
  const { made, removed, throughput } = indexUpdates(input.GlobalSecondaryIndexUpdates ?? []);
  let info = await tables.describe(caller, TableName);
  const { definition, indexes = [] } = info;
  const billing: Partial<Billing> =
    BillingMode === undefined && ProvisionedThroughput === undefined ? {} : nextBilling(input, definition);
  const { billingMode = definition.billingMode } = billing;
  // Here already: an index that comes or goes first would not be taken back.
  checkOnDemandThroughput(OnDemandThroughput, { billingMode });
  checkWarmer(WarmThroughput, definition, 'table');
  for (const index of indexes) checkIndexUnits(index, throughput.get(index.name), definition);
  const change: SettingsChange = {
    ...billing,
    ...(OnDemandThroughput && { onDemandThroughput: OnDemandThroughput }),
    ...(WarmThroughput && { warmThroughput: WarmThroughput }),
    ...(throughput.size > 0 && { indexThroughput: throughput }),
  };
  if (made !== undefined) {
    const { AttributeDefinitions: given = [] } = input;
    checkGlobalIndex(made, unitedDefinitions(definition, given), billingMode);
    checkNonKeyAttributes([made.Projection, ...indexes.map(({ projection }) => projection)]);
  }
  if (made !== undefined) {
    const { AttributeDefinitions: attributeDefinitions = [] } = input;
    const index = { definition: indexDefinition('global', made), attributeDefinitions };
    info = await tables.createIndex(caller, TableName, index);
  }
  if (removed !== undefined) info = await tables.deleteIndex(caller, TableName, removed);
  return Object.keys(change).length === 0 ? info : tables.changeSettings(caller, TableName, change);
}

function checkIndexUnits(
  index: IndexInfo,
  asked: IndexThroughput | undefined,
  { billingMode }: Pick<Billing, 'billingMode'>,
): void {
  checkQuota(asked?.throughput, index.name);
  checkWarmer(asked?.warmThroughput, { ...index, billingMode }, `index ${index.name}`);
}

/** Those of the table, and those of the request that it does not have. */
function unitedDefinitions(
  { attributeDefinitions }: Pick<TableInfo['definition'], 'attributeDefinitions'>,
  given: readonly AttributeDefinition[],
): readonly AttributeDefinition[] {
  const known = new Set(attributeDefinitions.map(({ AttributeName }) => AttributeName));
  return [...attributeDefinitions, ...given.filter(({ AttributeName }) => !known.has(AttributeName))];
}
