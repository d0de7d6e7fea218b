/** CreateTable: a table of its own key schema, under the key that the request chooses. */
import type { KeySchemaElement } from '../../tables/key-schema.ts';
import type { AttributeDefinition, TableDefinition, Tag } from '../../tables/table-record.ts';
import { operation } from '../operation.ts';
import { type BillingInput, checkBounds, newBilling } from './billing.ts';
import type { DynamoContext } from './context.ts';
import { encryptionChoice, type SseSpecification } from './encryption-choice.ts';
import { checkedIndexes, type IndexesInput } from './index-definition.ts';
import { checkAllUsed, checkedKeyDefinition, requireKey } from './key-definition.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';
import { checkedPolicy } from './policy-document.ts';
import { type StreamSpecification, streamChoice } from './stream-choice.ts';
import { tableDescription } from './table-description.ts';
import { checkTags } from './table-tags.ts';

export interface CreateTableInput extends BillingInput, IndexesInput {
  readonly TableName: string;
  readonly KeySchema?: readonly KeySchemaElement[];
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
  readonly StreamSpecification?: StreamSpecification;
  readonly SSESpecification?: SseSpecification;
  readonly ResourcePolicy?: string;
  readonly Tags?: readonly Tag[];
  readonly TableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly DeletionProtectionEnabled?: boolean;
}

const missing: readonly MissingParameter[] = [
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'VectorIndexes',
];

export const createTable = operation({
  name: 'CreateTable',
  run: async ({ tables, caller }: DynamoContext, input: CreateTableInput) => {
    refuseMissing(input, missing);
    return { TableDescription: tableDescription(await tables.create(caller, tableDefinition(input))) };
  },
});

/** Refuses what makes no table, in the order of CreateTable. */
export function tableDefinition(input: CreateTableInput): TableDefinition {
  const asked = requireKey(input);
  const billing = newBilling(input);
  for (const index of input.GlobalSecondaryIndexes ?? []) {
    checkBounds(index.ProvisionedThroughput, index.IndexName);
  }
  const key = checkedKeyDefinition(asked);
  const indexes = checkedIndexes(input, key, billing.billingMode);
  checkAllUsed(key, indexes);
  const stream = streamChoice(input.StreamSpecification ?? { StreamEnabled: false });
  const encryption = encryptionChoice(input.SSESpecification ?? {});
  const tags = input.Tags ?? [];
  checkTags(tags);
  if (input.ResourcePolicy !== undefined) checkedPolicy(input.ResourcePolicy);
  return {
    name: input.TableName,
    ...key,
    ...billing,
    ...(indexes.length > 0 && { indexes }),
    ...(input.OnDemandThroughput && { onDemandThroughput: input.OnDemandThroughput }),
    ...(input.WarmThroughput && { warmThroughput: input.WarmThroughput }),
    ...(input.TableClass && { tableClass: input.TableClass }),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    tags,
    ...(stream !== 'off' && { stream: stream.view }),
    ...(input.ResourcePolicy !== undefined && { policy: input.ResourcePolicy }),
    encryption,
  };
}
