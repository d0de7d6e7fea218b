/** Events of the table service's management calls; reading and writing items leaves none. */
import type { EventFields, EventResource } from './event.ts';
import { fieldsOf, shownOf } from './event-fields.ts';

/** What CloudTrail calls data events: they are no part of the history of events. */
const dataCalls: ReadonlySet<string> = new Set([
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
  ...['TransactGetItems', 'TransactWriteItems', 'ExecuteStatement', 'ExecuteTransaction'],
  ...['BatchExecuteStatement', 'GetRecords', 'GetShardIterator'],
  // Who looks for the address of the service is no caller yet.
  'DescribeEndpoints',
]);
const reading = /^(Describe|Get|List)/;

export function isManagement(operation: string): boolean {
  return !dataCalls.has(operation);
}

export function isReadingTables(operation: string): boolean {
  return reading.test(operation);
}

export function tableParameters(input: object): EventFields | null {
  const fields = fieldsOf(input, shownOf.dynamodb);
  return Object.keys(fields).length === 0 ? null : fields;
}

export function tableAnswer(operation: string, output: object): EventFields | null {
  if (isReadingTables(operation)) return null;
  const fields = fieldsOf(output, shownOf.dynamodb);
  return Object.keys(fields).length === 0 ? null : fields;
}

interface Named {
  readonly TableName?: unknown;
  readonly TargetTableName?: unknown;
  readonly SourceTableName?: unknown;
  readonly ResourceArn?: unknown;
  readonly TableArn?: unknown;
  readonly StreamArn?: unknown;
  readonly BackupArn?: unknown;
}

/** The tables and streams that a request names, by their ARNs. */
export function tableResources(
  { TableName, TargetTableName, SourceTableName, ResourceArn, TableArn, StreamArn, BackupArn }: Named,
  { account, region }: { readonly account: string; readonly region: string },
): readonly EventResource[] {
  const names = [TableName, SourceTableName, TargetTableName, TableArn, ResourceArn, StreamArn, BackupArn];
  const arns = names
    .filter((name) => typeof name === 'string' && name !== '')
    .map((name) =>
      String(name).startsWith('arn:') ? String(name) : `arn:aws:dynamodb:${region}:${account}:table/${name}`,
    );
  return [...new Set(arns.map(resourceArn))].map((ARN) => ({
    accountId: ARN.split(':')[4] ?? account,
    type: ARN.includes('/stream/') ? 'AWS::DynamoDB::Stream' : 'AWS::DynamoDB::Table',
    ARN,
  }));
}

/** Of a backup or an index, the table. */
function resourceArn(arn: string): string {
  return arn.replace(/\/(backup|index|export|import)\/.*$/s, '');
}
