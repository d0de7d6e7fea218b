/** What judging a request has to know of a table: its keys, its tags, and the policies that are on it. */
import type { TableRecord } from './catalog-record.ts';
import { indexLayout } from './index-layout.ts';
import type { IndexKeySchema, KeySchema } from './key-schema.ts';
import { keySchemaOf } from './table-info.ts';
import type { Tag } from './table-record.ts';

export interface JudgedTable {
  readonly keySchema: KeySchema;
  readonly tags: readonly Tag[];
  /** Of an index that is there. */
  index(name: string): IndexKeySchema | undefined;
  /** The text of the policy of the table or one of its streams, by its ARN. */
  policy(arn: string): string | undefined;
}

/** By their records, which are never changed: another state of a table has another. */
const judged = new WeakMap<TableRecord, JudgedTable>();

export function judgedTable(record: TableRecord): JudgedTable {
  let found = judged.get(record);
  if (found === undefined) {
    found = made(record);
    judged.set(record, found);
  }
  return found;
}

function made({ definition, indexes = [], policies = [] }: TableRecord): JudgedTable {
  const keySchema = keySchemaOf(definition);
  return {
    keySchema,
    tags: definition.tags,
    index(name) {
      const found = indexes.find((index) => index.name === name);
      return found && indexLayout(found, definition.attributeDefinitions, keySchema).keySchema;
    },
    policy: (arn) => policies.find(({ resource }) => resource === arn)?.text,
  };
}
