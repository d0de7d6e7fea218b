/** What each operation on tables and streams asks a right to: actions, the resources they are of, and the items. */
import { Refusal } from '../../base/errors.ts';
import type { RawAttributeValue, RawItem } from '../../tables/attribute-check.ts';
import type { ExpressionParameters } from '../../tables/expression/compile.ts';
import type { LegacyParameters } from '../../tables/legacy/parameters.ts';
import { bareTableName, type Namespace, tableArn } from '../../tables/table-name.ts';
import type { ItemAsk } from './item-facts.ts';
import { boundStatement, type StatementAsk, statementActions } from './statement-facts.ts';

export interface Ask {
  /** Without the service. */
  readonly action: string;
  readonly resource: string;
  readonly item?: ItemAsk;
}

interface KeyedInput extends ExpressionParameters, LegacyParameters {
  readonly TableName?: string;
  readonly Key?: RawItem;
  readonly Item?: RawItem;
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: RawItem };
  readonly DeleteRequest?: { readonly Key: RawItem };
}

interface KeysAndAttributes extends ExpressionParameters, LegacyParameters {
  readonly Keys?: readonly RawItem[];
}

interface TransactItem {
  readonly Get?: KeyedInput;
  readonly ConditionCheck?: KeyedInput;
  readonly Put?: KeyedInput;
  readonly Delete?: KeyedInput;
  readonly Update?: KeyedInput;
}

/** The members of inputs that say what a request is about. */
export interface TableInput extends KeyedInput {
  readonly IndexName?: string;
  readonly Select?: string;
  readonly ReturnValues?: string;
  readonly ReturnConsumedCapacity?: string;
  readonly RequestItems?: ReadonlyMap<string, readonly WriteRequest[] | KeysAndAttributes>;
  readonly TransactItems?: readonly TransactItem[];
  readonly TransactStatements?: readonly StatementAsk[];
  readonly Statements?: readonly StatementAsk[];
  readonly Statement?: string;
  readonly Parameters?: readonly RawAttributeValue[];
  readonly ResourceArn?: string;
  readonly ResourcePolicy?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly TagKeys?: readonly string[];
  readonly BackupArn?: string;
  readonly TargetTableName?: string;
  readonly SourceTableName?: string;
  readonly SourceTableArn?: string;
  readonly TableArn?: string;
  readonly GlobalTableName?: string;
  readonly ExportArn?: string;
  readonly ImportArn?: string;
  readonly TableCreationParameters?: { readonly TableName?: string };
  readonly StreamArn?: string;
  readonly ReplicaUpdates?: readonly ReplicaUpdateAsk[];
}

interface ReplicaUpdateAsk {
  readonly Create?: { readonly RegionName: string };
  readonly Delete?: { readonly RegionName: string };
}

type AsksOf = (input: TableInput, namespace: Namespace, action: string) => readonly Ask[];

/** What a restored table is written with (AWS asks for these on the target beside the operation). */
const restoring = [
  ...['BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan', 'UpdateItem'],
] as const;

const ofTable: AsksOf = ({ TableName }, namespace, action) => [
  { action, resource: tableResource(namespace, TableName) },
];
const ofResource: AsksOf = ({ ResourceArn = '*' }, _, action) => [{ action, resource: ResourceArn }];
const ofBackup: AsksOf = ({ BackupArn = '*' }, _, action) => [{ action, resource: BackupArn }];
const ofEverything: AsksOf = (_, __, action) => [{ action, resource: '*' }];
const ofAnyTable: AsksOf = (_, namespace, action) => [{ action, resource: tableArn(namespace, '*') }];
const ofGlobalTable: AsksOf = ({ GlobalTableName = '*' }, { account }, action) => [
  { action, resource: `arn:aws:dynamodb::${account}:global-table/${GlobalTableName}` },
];

const keyed: AsksOf = (input, namespace, action) => [keyedAsk(input, namespace, { action, whole: input })];

const walked: AsksOf = (input, namespace, action) => {
  const { TableName, IndexName, ReturnConsumedCapacity = 'NONE' } = input;
  const table = tableResource(namespace, TableName);
  const all = IndexName === undefined ? 'ALL_ATTRIBUTES' : 'ALL_PROJECTED_ATTRIBUTES';
  const select = input.Select ?? (isProjected(input) ? 'SPECIFIC_ATTRIBUTES' : all);
  const item = { input, indexName: IndexName, select, returnConsumedCapacity: ReturnConsumedCapacity };
  const resource = IndexName === undefined ? table : `${table}/index/${IndexName}`;
  return [{ action, resource, item: { ...item, returnValues: 'NONE' } }];
};

const batched: AsksOf = ({ RequestItems, ReturnConsumedCapacity = 'NONE' }, namespace, action) =>
  [...(RequestItems ?? [])].map(([name, asked]) => {
    const resource = tableResource(namespace, name);
    const back = { returnConsumedCapacity: ReturnConsumedCapacity };
    if (!isGet(asked)) {
      const items = asked.flatMap((each) => each.PutRequest?.Item ?? each.DeleteRequest?.Key ?? []);
      return { action, resource, item: { items, ...back } };
    }
    const select = isProjected(asked) ? 'SPECIFIC_ATTRIBUTES' : 'ALL_ATTRIBUTES';
    return { action, resource, item: { items: asked.Keys ?? [], input: asked, select, ...back } };
  });

const partActions = {
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
  Put: 'PutItem',
  Delete: 'DeleteItem',
  Update: 'UpdateItem',
} as const;
const partKinds = ['Get', 'ConditionCheck', 'Put', 'Delete', 'Update'] as const;

const transacted: AsksOf = ({ TransactItems = [], ReturnConsumedCapacity }, namespace, enclosing) =>
  TransactItems.flatMap((entry) =>
    partKinds.flatMap((kind) => {
      const part = entry[kind];
      const whole = { ReturnConsumedCapacity };
      if (part === undefined) return [];
      return [keyedAsk(part, namespace, { action: partActions[kind], whole, enclosing })];
    }),
  );

const stated: AsksOf = (input, namespace) => {
  const { Statement = '', Parameters, ReturnConsumedCapacity } = input;
  return [statementAsk({ Statement, Parameters }, namespace, { ReturnConsumedCapacity })];
};
const statedTogether: AsksOf = (input, namespace, operation) => {
  const { Statements, TransactStatements = [], ReturnConsumedCapacity } = input;
  const enclosing = operation === 'ExecuteTransaction' ? operation : undefined;
  const ask = (statement: StatementAsk) =>
    statementAsk(statement, namespace, { ReturnConsumedCapacity, enclosing });
  // Of a batch, what says nothing fails alone, whoever asks.
  return Statements === undefined
    ? TransactStatements.map(ask)
    : Statements.flatMap((statement) => ifUnderstood(() => ask(statement)));
};

const created: AsksOf = (input, namespace, action) => {
  const resource = tableResource(namespace, input.TableName);
  const { Tags = [], ResourcePolicy } = input;
  return [
    { action, resource },
    ...(Tags.length === 0 ? [] : [{ action: 'TagResource', resource }]),
    ...(ResourcePolicy === undefined ? [] : [{ action: 'PutResourcePolicy', resource }]),
  ];
};

/** A replica is asked for where it is to be as well as where it is made from: other rights may hold there. */
const updated: AsksOf = (input, namespace, action) => {
  const { TableName, ReplicaUpdates = [] } = input;
  const resource = tableResource(namespace, TableName);
  const name = bareTableName(namespace, TableName ?? '') ?? '';
  const ofReplica = (asked: string, region: string) => [
    { action: asked, resource },
    { action: asked, resource: tableArn({ ...namespace, region }, name) },
  ];
  return [
    { action, resource },
    ...ReplicaUpdates.flatMap(({ Create, Delete }) => [
      ...(Create === undefined ? [] : ofReplica('CreateTableReplica', Create.RegionName)),
      ...(Delete === undefined ? [] : ofReplica('DeleteTableReplica', Delete.RegionName)),
    ]),
  ];
};

const restored: AsksOf = (input, namespace, action) => {
  const target = tableResource(namespace, input.TargetTableName);
  const source = input.BackupArn ?? input.SourceTableArn ?? tableResource(namespace, input.SourceTableName);
  return [
    { action, resource: source },
    { action, resource: target },
    ...restoring.map((each) => ({ action: each, resource: target })),
  ];
};

const ofStream: AsksOf = ({ StreamArn = '*' }, _, action) => [{ action, resource: StreamArn }];

/** Operations that are not here ask for their action on everything. */
const asksOfOperations: Readonly<Record<string, AsksOf>> = {
  GetItem: keyed,
  PutItem: keyed,
  UpdateItem: keyed,
  DeleteItem: keyed,
  Query: walked,
  Scan: walked,
  BatchGetItem: batched,
  BatchWriteItem: batched,
  TransactGetItems: transacted,
  TransactWriteItems: transacted,
  ExecuteStatement: stated,
  BatchExecuteStatement: statedTogether,
  ExecuteTransaction: statedTogether,
  CreateTable: created,
  UpdateTable: updated,
  ListTables: ofAnyTable,
  TagResource: ofResource,
  UntagResource: ofResource,
  ListTagsOfResource: ofResource,
  GetResourcePolicy: ofResource,
  PutResourcePolicy: ofResource,
  DeleteResourcePolicy: ofResource,
  DescribeBackup: ofBackup,
  DeleteBackup: ofBackup,
  RestoreTableFromBackup: restored,
  RestoreTableToPointInTime: restored,
  ExportTableToPointInTime: ({ TableArn = '*' }, _, action) => [{ action, resource: TableArn }],
  DescribeExport: ({ ExportArn = '*' }, _, action) => [{ action, resource: ExportArn }],
  DescribeImport: ({ ImportArn = '*' }, _, action) => [{ action, resource: ImportArn }],
  ImportTable: ({ TableCreationParameters = {} }, namespace, action) => [
    { action, resource: tableResource(namespace, TableCreationParameters.TableName) },
  ],
  CreateGlobalTable: ofGlobalTable,
  UpdateGlobalTable: ofGlobalTable,
  DescribeGlobalTable: ofGlobalTable,
  DescribeGlobalTableSettings: ofGlobalTable,
  UpdateGlobalTableSettings: ofGlobalTable,
  ListBackups: ofEverything,
  ListExports: ofEverything,
  ListImports: ofEverything,
  ListGlobalTables: ofEverything,
  ListContributorInsights: ofEverything,
  DescribeLimits: ofEverything,
  DescribeEndpoints: ofEverything,
  DescribeStream: ofStream,
  GetShardIterator: ofStream,
  GetRecords: ofStream,
  ListStreams: ({ TableName }, namespace, action) => [
    { action, resource: `${tableResource(namespace, TableName ?? '*')}/stream/*` },
  ],
};

export function asksOf(operation: string, input: TableInput, namespace: Namespace): readonly Ask[] {
  const known = Object.hasOwn(asksOfOperations, operation) ? asksOfOperations[operation] : undefined;
  const asks = known ?? (input.TableName === undefined ? ofEverything : ofTable);
  return asks(input, namespace, operation);
}

function keyedAsk(
  input: KeyedInput,
  namespace: Namespace,
  { action, whole, enclosing }: { action: string; whole: WantedBack; enclosing?: string },
): Ask {
  const { ReturnValues = 'NONE', ReturnConsumedCapacity = 'NONE' } = whole;
  const select = isProjected(input) ? 'SPECIFIC_ATTRIBUTES' : 'ALL_ATTRIBUTES';
  return {
    action,
    resource: tableResource(namespace, input.TableName),
    item: {
      items: [input.Key ?? input.Item ?? new Map()],
      input,
      select: action === 'GetItem' ? select : undefined,
      returnValues: action === 'GetItem' ? undefined : ReturnValues,
      returnConsumedCapacity: ReturnConsumedCapacity,
      enclosing,
    },
  };
}

function statementAsk(
  statement: StatementAsk,
  namespace: Namespace,
  { ReturnConsumedCapacity: returnConsumedCapacity = 'NONE', enclosing }: StatementWhole,
): Ask {
  const bound = boundStatement(statement);
  const from = 'from' in bound ? bound.from : 'select' in bound ? bound.select.from : undefined;
  const table = tableResource(namespace, from?.table ?? ('table' in bound ? bound.table : ''));
  const returning = 'returning' in bound ? bound.returning : undefined;
  return {
    action: statementActions[bound.kind],
    resource: from?.index === undefined ? table : `${table}/index/${from.index}`,
    item: { statement, returnValues: returning ?? 'NONE', returnConsumedCapacity, enclosing },
  };
}

/** Nothing for a statement that is refused for what it says, wherever it is run: it asks for no right. */
function ifUnderstood(ask: () => Ask): readonly Ask[] {
  try {
    return [ask()];
  } catch (fault) {
    if (fault instanceof Refusal) return [];
    throw fault;
  }
}

interface WantedBack {
  readonly ReturnValues?: string | undefined;
  readonly ReturnConsumedCapacity?: string | undefined;
}

interface StatementWhole {
  readonly ReturnConsumedCapacity?: string | undefined;
  readonly enclosing?: string | undefined;
}

function tableResource(namespace: Namespace, nameOrArn = ''): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : tableArn(namespace, nameOrArn);
}

function isProjected({ ProjectionExpression, AttributesToGet }: KeyedInput): boolean {
  return ProjectionExpression !== undefined || AttributesToGet !== undefined;
}

function isGet(asked: readonly WriteRequest[] | KeysAndAttributes): asked is KeysAndAttributes {
  return !Array.isArray(asked);
}
