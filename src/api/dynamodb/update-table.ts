/** UpdateTable: a change of a table's settings, of its global indexes, or of the key it is under. */
import { Refusal } from '../../base/errors.ts';
import type { TableInfo } from '../../tables/table-record.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { encryptionChoice, type SseSpecification } from './encryption-choice.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';
import { type StreamSpecification, streamChoice } from './stream-choice.ts';
import { tableDescription } from './table-description.ts';
import { changeUnitsAndIndexes, type UnitsAndIndexesInput } from './units-and-indexes.ts';

interface UpdateTableInput extends UnitsAndIndexesInput {
  readonly StreamSpecification?: StreamSpecification;
  readonly SSESpecification?: SseSpecification;
  readonly TableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly DeletionProtectionEnabled?: boolean;
}

const missing: readonly MissingParameter[] = [
  'ReplicaUpdates',
  'MultiRegionConsistency',
  'GlobalTableWitnessUpdates',
  'GlobalTableSettingsReplicationMode',
  'DisassociationProtectionEnabled',
  'VectorIndexUpdates',
];

export const updateTable = operation({
  name: 'UpdateTable',
  run: async (context: DynamoContext, input: UpdateTableInput) => {
    refuseMissing(input, missing);
    checkOneConcern(input);
    return { TableDescription: tableDescription(await changed(context, input)) };
  },
});

async function changed({ tables, caller }: DynamoContext, input: UpdateTableInput): Promise<TableInfo> {
  const { TableName, StreamSpecification, SSESpecification, TableClass, DeletionProtectionEnabled } = input;
  if (SSESpecification !== undefined) {
    return tables.changeEncryption(caller, TableName, encryptionChoice(SSESpecification));
  }
  if (TableClass !== undefined) return tables.changeSettings(caller, TableName, { tableClass: TableClass });
  if (DeletionProtectionEnabled !== undefined) {
    return tables.changeSettings(caller, TableName, { deletionProtection: DeletionProtectionEnabled });
  }
  if (StreamSpecification !== undefined) {
    const info = await tables.changeStream(caller, TableName, streamChoice(StreamSpecification));
    if (input.BillingMode === undefined) return info;
  }
  return changeUnitsAndIndexes({ tables, caller }, input);
}

/** AWS's own names of what must stand alone in a request, the first to be told before the others. */
const alone = [
  ['SSESpecification', 'Server-Side Encryption'],
  ['TableClass', 'Table Class'],
  ['DeletionProtectionEnabled', 'Deletion Protection'],
  ['WarmThroughput', 'Warm Throughput'],
  ['StreamSpecification', 'Stream'],
] as const;

const concerns = [
  'SSESpecification',
  'TableClass',
  'DeletionProtectionEnabled',
  'StreamSpecification',
  'BillingMode',
  'ProvisionedThroughput',
  'OnDemandThroughput',
  'WarmThroughput',
  'GlobalSecondaryIndexUpdates',
] as const;

/** Refuses a request that changes nothing, or changes something beside what must be changed alone. */
function checkOneConcern(input: UpdateTableInput): void {
  const { SSESpecification } = input;
  const given = concerns.filter((name) => input[name] !== undefined && !isEmptyList(input[name]));
  // An empty specification asks for nothing: read as "off" it would take a table from under its owner's key.
  const isEmpty = SSESpecification !== undefined && Object.keys(SSESpecification).length === 0;
  if (given.length === 0 || (given.length === 1 && isEmpty)) refuseNothing();
  if (given.length === 1) return;
  // The one change that may go along with another: a table on demand with a stream.
  const isStreamOnDemand = given.length === 2 && input.StreamSpecification !== undefined;
  if (isStreamOnDemand && input.BillingMode === 'PAY_PER_REQUEST') return;
  const lone = alone.find(([name]) => input[name] !== undefined);
  if (lone === undefined) return;
  throw new Refusal('Validation', {
    message:
      `One or more parameter values were invalid: ${lone[1]} modification ` +
      'must be the only operation in the request',
  });
}

/** No updates are none. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function refuseNothing(): never {
  throw new Refusal('Validation', {
    message:
      'At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, ' +
      'GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ' +
      'ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, ' +
      'WarmThroughput or TableClass is required',
  });
}
