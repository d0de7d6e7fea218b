/** AttributeDefinitions of a table whose indexes change: every key attribute in use has one, and nothing else. */
import { refuse } from '../base/errors.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { AttributeDefinition, KeptDefinition } from './table-record.ts';

type Defined = Pick<KeptDefinition, 'keySchema' | 'attributeDefinitions'>;

export interface AddedIndex {
  readonly added: IndexDefinition;
  readonly given: readonly AttributeDefinition[];
  /** Those that are there already. */
  readonly indexes: readonly IndexDefinition[];
}

const invalidParameter = 'One or more parameter values were invalid: ';

/** Refuses another type for an attribute that has one, a key without a type, and attributes that are no key. */
export function definitionsWith(
  { keySchema, attributeDefinitions }: Defined,
  { added, given, indexes }: AddedIndex,
): readonly AttributeDefinition[] {
  const types = new Map(attributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]));
  for (const { AttributeName, AttributeType } of given) {
    if ((types.get(AttributeName) ?? AttributeType) === AttributeType) continue;
    refuse(
      'Attributes cannot be redefined. Please check that your attribute has the same type as previously defined.',
    );
  }
  const all = [...attributeDefinitions, ...given.filter(({ AttributeName }) => !types.has(AttributeName))];
  const names = all.map(({ AttributeName }) => AttributeName);
  const keys = added.keySchema.map(({ AttributeName }) => AttributeName);
  if (!keys.every((name) => names.includes(name))) {
    refuse(
      `${invalidParameter}Some index key attributes are not defined in AttributeDefinitions. ` +
        `Keys: [${keys.join(', ')}], AttributeDefinitions: [${names.join(', ')}]`,
    );
  }
  const used = usedNames({ keySchema }, [...indexes, added]);
  if (!names.every((name) => used.has(name))) {
    refuse(
      `${invalidParameter}Some AttributeDefinitions are not used. ` +
        `AttributeDefinitions: [${names.join(', ')}], keys used: [${[...used].join(', ')}]`,
    );
  }
  return all;
}

/** What is left of them with these indexes alone. */
export function definitionsWithout(
  { keySchema, attributeDefinitions }: Defined,
  indexes: readonly IndexDefinition[],
): readonly AttributeDefinition[] {
  const used = usedNames({ keySchema }, indexes);
  return attributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName));
}

/** The key attributes of a table and its indexes, each once. */
export function usedNames(
  { keySchema }: Pick<Defined, 'keySchema'>,
  indexes: readonly Pick<IndexDefinition, 'keySchema'>[],
): ReadonlySet<string> {
  const schemas = [keySchema, ...indexes.map((index) => index.keySchema)];
  return new Set(schemas.flatMap((schema) => schema.map(({ AttributeName }) => AttributeName)));
}
