/** A table as DescribeTable shows it (aws-behaviour §1.1, §1.2); times are seconds since 1970. */
import type { IndexInfo } from '../../tables/index-definition.ts';
import type { TableInfo, TableStatus } from '../../tables/table-record.ts';
import type { BillingMode } from './billing.ts';
import { replicaMembers } from './replica-description.ts';
import { type Warmed, warmUnits } from './warm-throughput.ts';

export function tableDescription(info: TableInfo): object {
  const { definition } = info;
  return {
    TableName: definition.name,
    TableStatus: info.status,
    ...makeup(info),
    ProvisionedThroughput: {
      LastIncreaseDateTime: seconds(info.lastIncreaseMs),
      LastDecreaseDateTime: seconds(info.lastDecreaseMs),
      NumberOfDecreasesToday: info.decreasesToday ?? 0,
      ReadCapacityUnits: definition.throughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: definition.throughput?.WriteCapacityUnits ?? 0,
    },
    TableSizeBytes: info.tableBytes,
    ItemCount: info.itemCount,
    TableArn: info.arn,
    TableId: info.id,
    BillingModeSummary: billingSummary(info),
    ...streamDescription(info),
    OnDemandThroughput: definition.onDemandThroughput,
    WarmThroughput: info.status === 'CREATING' ? undefined : warmth(definition, warmStatus(info)),
    ...replicaMembers(info),
    SSEDescription: sseDescription(info),
    ArchivalSummary: archivalSummary(info),
    RestoreSummary: restoreSummary(info),
    TableClassSummary: classSummary(info),
    DeletionProtectionEnabled: definition.deletionProtection,
  };
}

/** What a table is made of, which AWS tells no more once it goes. */
function makeup(info: TableInfo): object {
  if (info.status === 'DELETING') return {};
  return {
    AttributeDefinitions: byName(info.definition.attributeDefinitions),
    KeySchema: info.definition.keySchema,
    CreationDateTime: seconds(info.createdAtMs),
    LocalSecondaryIndexes: indexDescriptions(info, 'local'),
    GlobalSecondaryIndexes: indexDescriptions(info, 'global'),
  };
}

/** AWS gives them in this order, whatever order they came in (API reference: answers of CreateTable). */
function byName(definitions: TableInfo['definition']['attributeDefinitions']): readonly object[] {
  return [...definitions].sort((one, other) => (one.AttributeName < other.AttributeName ? -1 : 1));
}

/** Undefined where there are none of the kind, which leaves the member out. */
function indexDescriptions(
  { indexes = [], definition: { billingMode } }: TableInfo,
  kind: IndexInfo['kind'],
): readonly object[] | undefined {
  const ofKind = indexes.filter((index) => index.kind === kind);
  if (ofKind.length === 0) return undefined;
  return ofKind.map((index) => ({
    IndexName: index.name,
    KeySchema: index.keySchema,
    Projection: index.projection,
    ...(kind === 'global' && globalMembers(index, billingMode)),
    IndexSizeBytes: index.bytes,
    ItemCount: index.itemCount,
    IndexArn: index.arn,
  }));
}

function globalMembers(index: IndexInfo, billingMode: BillingMode): object {
  const { status, isFilling, throughput, onDemandThroughput, warmThroughput } = index;
  return {
    IndexStatus: status,
    // Shown only while it is being made by UpdateTable.
    Backfilling: isFilling,
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: throughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: throughput?.WriteCapacityUnits ?? 0,
    },
    OnDemandThroughput: onDemandThroughput,
    WarmThroughput:
      status === 'CREATING' ? undefined : warmth({ billingMode, throughput, warmThroughput }, 'ACTIVE'),
  };
}

/** What is asked for is there at once, whatever else changes. */
function warmStatus({ status }: TableInfo): TableStatus {
  return status === 'DELETING' ? status : 'ACTIVE';
}

function warmth(warmed: Warmed, Status: string): object {
  return { ...warmUnits(warmed), Status };
}

/** A table that was never on demand has none; one that is being made has no date yet. */
function billingSummary({ definition, payPerRequestSinceMs, status }: TableInfo): object | undefined {
  if (definition.billingMode === 'PROVISIONED' && payPerRequestSinceMs === undefined) return undefined;
  return {
    BillingMode: definition.billingMode,
    LastUpdateToPayPerRequestDateTime: status === 'CREATING' ? undefined : seconds(payPerRequestSinceMs),
  };
}

/** Of a stream that has ended, its name alone. */
function streamDescription({ stream }: TableInfo): object {
  if (stream === undefined) return {};
  const { label, arn, view, isEnabled } = stream;
  return {
    ...(isEnabled && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
    LatestStreamLabel: label,
    LatestStreamArn: arn,
  };
}

/** A table whose class was never chosen has none. */
function classSummary({ definition: { tableClass }, tableClassSinceMs }: TableInfo): object | undefined {
  if (tableClass === undefined) return undefined;
  return { TableClass: tableClass, LastUpdateDateTime: seconds(tableClassSinceMs) };
}

/** None under the AWS owned key; at the beginning of a change from or to it, a status alone. */
function sseDescription({ sse }: TableInfo): object | undefined {
  if (sse === undefined) return undefined;
  if (sse.keyArn === undefined) return { Status: sse.status };
  return {
    Status: sse.status,
    SSEType: 'KMS',
    KMSMasterKeyArn: sse.keyArn,
    InaccessibleEncryptionDateTime: seconds(sse.inaccessibleSinceMs),
  };
}

/** Shown only while the table is being restored (aws-behaviour §1.9). */
function restoreSummary({ restore }: TableInfo): object | undefined {
  if (restore === undefined || restore.isImport === true) return undefined;
  return {
    SourceBackupArn: restore.sourceBackupArn,
    SourceTableArn: restore.sourceTableArn,
    RestoreDateTime: seconds(restore.atMs),
    RestoreInProgress: true,
  };
}

/** The one reason there is. */
function archivalSummary({ archival }: TableInfo): object | undefined {
  if (archival === undefined) return undefined;
  return {
    ArchivalDateTime: seconds(archival.atMs),
    ArchivalReason: 'INACCESSIBLE_ENCRYPTION_CREDENTIALS',
    ArchivalBackupArn: archival.backupArn,
  };
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
