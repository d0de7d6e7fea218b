/** What descriptions show of a table, from its record: no key is needed for it. */
import { assert } from '../base/errors.ts';
import { isWhole, type TableRecord } from './catalog-record.ts';
import type { IndexInfo, IndexRecord } from './index-definition.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';
import { streamArn } from './stream/stream-arn.ts';
import { indexArn, tableArn } from './table-name.ts';
import type { TableDefinition, TableInfo, TableStatus, TableStream } from './table-record.ts';
import { decreasesOnDay } from './table-settings.ts';

/** `nowMs` tells of the day whose changes count; without it none are counted. */
export function tableInfo(record: TableRecord, nowMs = 0): TableInfo {
  const decreasesToday = decreasesOnDay(record, nowMs);
  const { definition, id, createdAtMs, encryption, keys, inaccessibleSinceMs, indexes } = record;
  const { lastIncreaseMs, lastDecreaseMs, payPerRequestSinceMs, tableClassSinceMs } = record;
  return {
    definition,
    ...(indexes && { indexes: indexes.map((index) => indexInfo(record, index)) }),
    ...streamOf(record),
    ...(record.timeToLive && { timeToLive: record.timeToLive }),
    id,
    arn: tableArn(record, definition.name),
    status: statusOf(record),
    createdAtMs,
    itemCount: record.itemCount,
    tableBytes: record.tableBytes,
    ...(lastIncreaseMs === undefined ? {} : { lastIncreaseMs }),
    ...(lastDecreaseMs === undefined ? {} : { lastDecreaseMs }),
    ...(decreasesToday > 0 && { decreasesToday }),
    ...(payPerRequestSinceMs === undefined ? {} : { payPerRequestSinceMs }),
    ...(tableClassSinceMs === undefined ? {} : { tableClassSinceMs }),
    ...(record.archival && { archival: record.archival }),
    ...(record.restore && { restore: record.restore }),
    ...replicationOf(record),
    ...(encryption === 'owned'
      ? {}
      : {
          sse: {
            status: 'ENABLED',
            keyArn: keys.keyArn,
            ...(inaccessibleSinceMs === undefined ? {} : { inaccessibleSinceMs }),
          },
        }),
  };
}

/** Until a new index is being filled, and until one has gone, its table is said to be updated. */
function statusOf(record: TableRecord): TableStatus {
  const { status, restore, indexes = [] } = record;
  if (restore !== undefined) return 'CREATING';
  if (status !== 'ACTIVE') return status;
  if (!isWhole(record)) return 'CREATING';
  const isUpdating = indexes.some((index) => index.status === 'DELETING' || index.filledTo === '');
  return isUpdating ? 'UPDATING' : 'ACTIVE';
}

function replicationOf({ replication }: TableRecord): Pick<TableInfo, 'replication'> {
  if (replication === undefined) return {};
  const { groupId, members } = replication;
  return { replication: { groupId, members } };
}

function streamOf(record: TableRecord): { readonly stream?: TableStream } {
  const newest = record.streams?.at(-1);
  if (newest === undefined) return {};
  const { label, view, disabledAtMs } = newest;
  const arn = streamArn(record, { table: record.definition.name, label });
  return { stream: { arn, label, view, isEnabled: disabledAtMs === undefined } };
}

function indexInfo(record: TableRecord, { tree: _, filledTo, ...index }: IndexRecord): IndexInfo {
  const arn = indexArn(record, record.definition.name, index.name);
  return { ...index, arn, ...(filledTo !== undefined && { isFilling: filledTo !== '' }) };
}

/** A table as it is shown while it is being made. */
export function creatingInfo(made: TableInfo): TableInfo {
  const { indexes } = made;
  return {
    ...made,
    ...(indexes && { indexes: indexes.map((index) => ({ ...index, status: 'CREATING' })) }),
    status: 'CREATING',
  };
}

/** A table as it is shown while its settings are changed, and those of the indexes of these names: with the units it had. */
export function updatingInfo(
  changed: TableInfo,
  before: TableInfo,
  names: { has(index: string): boolean } = new Set<string>(),
): TableInfo {
  const shown = withUnitsOf(before, changed);
  const indexes = shown.indexes?.map((index) =>
    names.has(index.name) && index.status === 'ACTIVE' ? ({ ...index, status: 'UPDATING' } as const) : index,
  );
  return { ...shown, ...(indexes && { indexes }), status: 'UPDATING' };
}

/** Other units are seen only once they are there, and with them the dates of the change; another billing is seen at once. */
export function withUnitsOf(before: TableInfo, changed: TableInfo): TableInfo {
  const { lastIncreaseMs: _, lastDecreaseMs: __, decreasesToday: ___, ...undated } = changed;
  const { payPerRequestSinceMs: ____, indexes, ...rest } = undated;
  const { lastIncreaseMs, lastDecreaseMs, decreasesToday, payPerRequestSinceMs } = before;
  return {
    ...rest,
    definition: { ...changed.definition, ...unitsBefore(before.definition, changed.definition) },
    ...(indexes && {
      indexes: indexes.map((index) => ({
        ...index,
        ...unitsBefore(before.indexes?.find(({ name }) => name === index.name) ?? {}, index),
      })),
    }),
    ...(lastIncreaseMs !== undefined && { lastIncreaseMs }),
    ...(lastDecreaseMs !== undefined && { lastDecreaseMs }),
    ...(decreasesToday !== undefined && { decreasesToday }),
    ...(payPerRequestSinceMs !== undefined && { payPerRequestSinceMs }),
  };
}

type WithUnits = Pick<TableDefinition, 'throughput'>;

function unitsBefore({ throughput }: WithUnits, changed: WithUnits): WithUnits {
  return throughput === undefined || changed.throughput === undefined ? {} : { throughput };
}

/** As it was, with its key about to be another one (aws-behaviour §1.6: the first of the three phases). */
export function rekeyingInfo(before: TableInfo): TableInfo {
  return { ...before, sse: { ...before.sse, status: 'UPDATING' } };
}

/** The key attributes with their types, for the items. */
export function keySchemaOf({
  keySchema,
  attributeDefinitions,
}: Pick<TableDefinition, 'keySchema' | 'attributeDefinitions'>): KeySchema {
  const attribute = (keyType: 'HASH' | 'RANGE'): KeyAttribute | undefined => {
    const name = keySchema.find(({ KeyType }) => KeyType === keyType)?.AttributeName;
    const type = attributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
    return name === undefined || type === undefined ? undefined : { name, type };
  };
  const hash = attribute('HASH');
  const range = attribute('RANGE');
  assert(hash !== undefined, 'a table has a partition key with a type');
  return range === undefined ? { hash } : { hash, range };
}
