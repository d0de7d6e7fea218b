/** A backup as answers show it (aws-behaviour §1.2): what it is, of which table, and what that had; times are seconds since 1970. */
import type { BackupRecord } from '../../lifecycle/backup-record.ts';
import type { IndexRecord } from '../../tables/index-definition.ts';
import { tableArn } from '../../tables/table-name.ts';

export function backupDetails(record: BackupRecord): object {
  const { arn, name, source, status, type, createdAtMs, expiresAtMs } = record;
  return {
    BackupArn: arn,
    BackupName: name,
    // As AWS has it, of the items: the file is larger.
    BackupSizeBytes: status === 'CREATING' ? 0 : source.tableBytes,
    BackupStatus: status,
    BackupType: type,
    BackupCreationDateTime: createdAtMs / 1000,
    BackupExpiryDateTime: expiresAtMs === undefined ? undefined : expiresAtMs / 1000,
  };
}

export function backupSummary(record: BackupRecord): object {
  const { source } = record;
  return {
    TableName: source.definition.name,
    TableId: source.id,
    TableArn: tableArn(source, source.definition.name),
    ...backupDetails(record),
  };
}

export function backupDescription(record: BackupRecord): object {
  return {
    BackupDetails: backupDetails(record),
    SourceTableDetails: sourceTable(record),
    SourceTableFeatureDetails: sourceFeatures(record),
  };
}

function sourceTable({ source }: BackupRecord): object {
  const { definition, id, createdAtMs, itemCount, tableBytes } = source;
  const { throughput, billingMode } = definition;
  return {
    TableName: definition.name,
    TableId: id,
    TableArn: tableArn(source, definition.name),
    TableSizeBytes: tableBytes,
    KeySchema: definition.keySchema,
    TableCreationDateTime: createdAtMs / 1000,
    ProvisionedThroughput: unitsOf(throughput),
    OnDemandThroughput: definition.onDemandThroughput,
    ItemCount: itemCount,
    BillingMode: billingMode,
  };
}

/** Of a table under the owned key no SSEDescription; nor is anything shown that the table did not have. */
function sourceFeatures({ source }: BackupRecord): object {
  const { indexes = [], streams, timeToLive, encryption, keys } = source;
  const stream = streams?.at(-1);
  const isStreaming = stream !== undefined && stream.disabledAtMs === undefined;
  const locals = indexes.filter(({ kind }) => kind === 'local');
  const globals = indexes.filter(({ kind, status }) => kind === 'global' && status !== 'DELETING');
  return {
    LocalSecondaryIndexes: locals.length === 0 ? undefined : locals.map(indexDetails),
    GlobalSecondaryIndexes: globals.length === 0 ? undefined : globals.map(globalDetails),
    StreamDescription: isStreaming ? { StreamEnabled: true, StreamViewType: stream.view } : undefined,
    TimeToLiveDescription: timeToLive && {
      TimeToLiveStatus: timeToLive.isEnabled ? 'ENABLED' : 'DISABLED',
      AttributeName: timeToLive.isEnabled ? timeToLive.attribute : undefined,
    },
    SSEDescription:
      encryption === 'owned'
        ? undefined
        : { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: keys.keyArn },
  };
}

function indexDetails({ name, keySchema, projection }: IndexRecord): object {
  return { IndexName: name, KeySchema: keySchema, Projection: projection };
}

function globalDetails(index: IndexRecord): object {
  const { throughput, onDemandThroughput } = index;
  return {
    ...indexDetails(index),
    ProvisionedThroughput: unitsOf(throughput),
    OnDemandThroughput: onDemandThroughput,
  };
}

function unitsOf(throughput: IndexRecord['throughput']): object {
  return throughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
}
