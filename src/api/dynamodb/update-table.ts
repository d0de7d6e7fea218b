/** UpdateTable: a change of a table's settings, of its global indexes, of the key it is under, or of its replicas. */
import { Refusal, refuse } from '../../base/errors.ts';
import type { TableInfo } from '../../tables/table-record.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { encryptionChoice, type SseSpecification } from './encryption-choice.ts';
import { type MissingParameter, refuseMissing, refuseParameter } from './missing-parameter.ts';
import { type ReplicationGroupUpdate, replicaUpdate } from './replica-updates.ts';
import { type StreamSpecification, streamChoice } from './stream-choice.ts';
import { tableDescription } from './table-description.ts';
import { changeUnitsAndIndexes, type UnitsAndIndexesInput } from './units-and-indexes.ts';

interface UpdateTableInput extends UnitsAndIndexesInput {
  readonly StreamSpecification?: StreamSpecification;
  readonly SSESpecification?: SseSpecification;
  readonly TableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly DeletionProtectionEnabled?: boolean;
  readonly ReplicaUpdates?: readonly ReplicationGroupUpdate[];
  readonly MultiRegionConsistency?: 'EVENTUAL' | 'STRONG';
}

const missing: readonly MissingParameter[] = [
  'GlobalTableWitnessUpdates',
  'GlobalTableSettingsReplicationMode',
  'DisassociationProtectionEnabled',
  'VectorIndexUpdates',
];

export const updateTable = operation({
  name: 'UpdateTable',
  run: async (context: DynamoContext, input: UpdateTableInput) => {
    refuseMissing(input, missing);
    checkConsistency(input);
    checkOneConcern(input);
    return { TableDescription: tableDescription(await changed(context, input)) };
  },
});

async function changed(context: DynamoContext, input: UpdateTableInput): Promise<TableInfo> {
  const { tables, caller } = context;
  const { TableName, StreamSpecification, SSESpecification, TableClass, DeletionProtectionEnabled } = input;
  if (input.ReplicaUpdates !== undefined) return changeReplicas(context, TableName, input.ReplicaUpdates);
  if (SSESpecification !== undefined) {
    return tables.changeEncryption(caller, TableName, encryptionChoice(SSESpecification));
  }
  if (TableClass !== undefined) return tables.changeSettings(caller, TableName, { tableClass: TableClass });
  if (DeletionProtectionEnabled !== undefined) {
    return tables.changeSettings(caller, TableName, { deletionProtection: DeletionProtectionEnabled });
  }
  if (StreamSpecification !== undefined) {
    const choice = streamChoice(StreamSpecification);
    if (choice === 'off') await refuseReplicated(context, TableName);
    const info = await tables.changeStream(caller, TableName, choice);
    if (input.BillingMode === undefined) return info;
  }
  return changeUnitsAndIndexes({ tables, caller }, input);
}

/** Refuses the change while the table is put under another key. */
async function changeReplicas(
  { tables, replicas, caller, connection }: DynamoContext,
  name: string,
  updates: readonly ReplicationGroupUpdate[],
): Promise<TableInfo> {
  const update = replicaUpdate(updates);
  const { sse } = await tables.describe(caller, name);
  if (sse?.status === 'UPDATING') {
    refuse(
      'Operation cannot be performed while replica server-side encryption status is in UPDATING state. ' +
        'Please retry the request after the status is updated to ENABLED.',
    );
  }
  return replicas.update(caller, connection, name, update);
}

/** Each replica has a stream, on AWS as the means of replication. In our own words. */
async function refuseReplicated({ tables, caller }: DynamoContext, name: string): Promise<void> {
  const { replication, definition } = await tables.describe(caller, name);
  if (replication === undefined) return;
  refuse(
    `One or more parameter values were invalid: The stream of ${definition.name} cannot be disabled ` +
      'while the table has replicas',
  );
}

/** There is the one that replicas have unless another is asked for. */
function checkConsistency({ ReplicaUpdates, MultiRegionConsistency }: UpdateTableInput): void {
  if (MultiRegionConsistency === undefined) return;
  if (ReplicaUpdates === undefined || MultiRegionConsistency === 'STRONG') {
    refuseParameter('MultiRegionConsistency');
  }
}

/** AWS's own names of what must stand alone in a request, the first to be told before the others. */
const alone = [
  ['SSESpecification', 'Server-Side Encryption'],
  ['TableClass', 'Table Class'],
  ['DeletionProtectionEnabled', 'Deletion Protection'],
  ['WarmThroughput', 'Warm Throughput'],
  ['ReplicaUpdates', 'Replica'],
  ['StreamSpecification', 'Stream'],
] as const;

const concerns = [
  'SSESpecification',
  'TableClass',
  'DeletionProtectionEnabled',
  'ReplicaUpdates',
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
