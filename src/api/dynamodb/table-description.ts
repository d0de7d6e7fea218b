/** A table as DescribeTable shows it (aws-behaviour §1.1, §1.2); times are seconds since 1970. */
import type { TableInfo } from '../../tables/table-record.ts';

export function tableDescription(info: TableInfo): object {
  const { definition } = info;
  return {
    AttributeDefinitions: definition.attributeDefinitions,
    TableName: definition.name,
    KeySchema: definition.keySchema,
    TableStatus: info.status,
    CreationDateTime: seconds(info.createdAtMs),
    ProvisionedThroughput: {
      LastIncreaseDateTime: seconds(info.lastIncreaseMs),
      LastDecreaseDateTime: seconds(info.lastDecreaseMs),
      // Decreases are not rationed here.
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: definition.throughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: definition.throughput?.WriteCapacityUnits ?? 0,
    },
    TableSizeBytes: info.tableBytes,
    ItemCount: info.itemCount,
    TableArn: info.arn,
    TableId: info.id,
    BillingModeSummary: billingSummary(info),
    SSEDescription: sseDescription(info),
    TableClassSummary: classSummary(info),
    DeletionProtectionEnabled: definition.deletionProtection,
  };
}

/** A table that was never on demand has none. */
function billingSummary({ definition, payPerRequestSinceMs }: TableInfo): object | undefined {
  if (definition.billingMode === 'PROVISIONED' && payPerRequestSinceMs === undefined) return undefined;
  return {
    BillingMode: definition.billingMode,
    LastUpdateToPayPerRequestDateTime: seconds(payPerRequestSinceMs),
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

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
