/** CreateTable: a table of its own key schema, under the key that the request chooses. */
import type {
  AttributeDefinition,
  KeySchemaElement,
  TableDefinition,
  Tag,
} from '../../tables/table-record.ts';
import { operation } from '../operation.ts';
import { type BillingInput, newBilling } from './billing.ts';
import type { DynamoContext } from './context.ts';
import { encryptionChoice, type SseSpecification } from './encryption-choice.ts';
import { checkedKeyDefinition } from './key-definition.ts';
import { type MissingParameter, refuseMissing, refuseParameter } from './missing-parameter.ts';
import { tableDescription } from './table-description.ts';
import { checkTags } from './table-tags.ts';

interface CreateTableInput extends BillingInput {
  readonly TableName: string;
  readonly KeySchema?: readonly KeySchemaElement[];
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
  readonly StreamSpecification?: { readonly StreamEnabled: boolean };
  readonly SSESpecification?: SseSpecification;
  readonly Tags?: readonly Tag[];
  readonly TableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly DeletionProtectionEnabled?: boolean;
}

const missing: readonly MissingParameter[] = [
  'LocalSecondaryIndexes',
  'GlobalSecondaryIndexes',
  'WarmThroughput',
  'ResourcePolicy',
  'OnDemandThroughput',
  'GlobalTableSourceArn',
  'GlobalTableSettingsReplicationMode',
  'VectorIndexes',
];

export const createTable = operation({
  name: 'CreateTable',
  run: async ({ tables, caller }: DynamoContext, input: CreateTableInput) => {
    refuseMissing(input, missing);
    // A table without a stream is what there is.
    if (input.StreamSpecification?.StreamEnabled === true) refuseParameter('StreamSpecification');
    return { TableDescription: tableDescription(await tables.create(caller, definitionOf(input))) };
  },
});

function definitionOf(input: CreateTableInput): TableDefinition {
  const billing = newBilling(input);
  const key = checkedKeyDefinition(input);
  const encryption = encryptionChoice(input.SSESpecification ?? {});
  const tags = input.Tags ?? [];
  checkTags(tags);
  return {
    name: input.TableName,
    ...key,
    ...billing,
    ...(input.TableClass && { tableClass: input.TableClass }),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    tags,
    encryption,
  };
}
