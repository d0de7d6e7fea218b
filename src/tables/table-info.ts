/** What descriptions show of a table, from its record: no key is needed for it. */

import { assert } from '../base/errors.ts';
import type { TableRecord } from './catalog-record.ts';
import type { KeyAttribute, KeySchema } from './key-schema.ts';
import { tableArn } from './table-name.ts';
import type { TableDefinition, TableInfo } from './table-record.ts';

export interface TableCounts {
  readonly itemCount: number;
  readonly tableBytes: number;
}

/** `counts` of the open tree, where it is open, are newer than the record's. */
export function tableInfo(record: TableRecord, counts: TableCounts = record): TableInfo {
  const { definition, id, status, createdAtMs, encryption, keys, inaccessibleSinceMs } = record;
  const { lastIncreaseMs, lastDecreaseMs, payPerRequestSinceMs, tableClassSinceMs } = record;
  return {
    definition,
    id,
    arn: tableArn(record, definition.name),
    status,
    createdAtMs,
    itemCount: counts.itemCount,
    tableBytes: counts.tableBytes,
    ...(lastIncreaseMs === undefined ? {} : { lastIncreaseMs }),
    ...(lastDecreaseMs === undefined ? {} : { lastDecreaseMs }),
    ...(payPerRequestSinceMs === undefined ? {} : { payPerRequestSinceMs }),
    ...(tableClassSinceMs === undefined ? {} : { tableClassSinceMs }),
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
