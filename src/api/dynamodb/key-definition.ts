/** The key of a table about to be made: KeySchema and AttributeDefinitions, which must tell the same. */
import { refuse } from '../../base/errors.ts';
import { usedNames } from '../../tables/index-attributes.ts';
import type { IndexDefinition } from '../../tables/index-definition.ts';
import type { KeySchemaElement } from '../../tables/key-schema.ts';
import type { AttributeDefinition } from '../../tables/table-record.ts';
import { notNull, quotedText, Trail } from '../constraint.ts';

const keyElementsMax = 2;
const invalidParameter = 'One or more parameter values were invalid: ';

export interface KeyDefinition {
  readonly keySchema: readonly KeySchemaElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
}

interface KeyInput {
  readonly KeySchema?: readonly KeySchemaElement[];
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
}

/**
 * Refuses a key without schema or attributes, or of too many, as a model would: before all else. The model leaves both open, for tables
 * that take their key from elsewhere.
 */
export function requireKey({ KeySchema, AttributeDefinitions }: KeyInput): KeyDefinition {
  const trail = new Trail();
  if (AttributeDefinitions === undefined) trail.report(' null', notNull, 'attributeDefinitions');
  if (KeySchema === undefined) trail.report(' null', notNull, 'keySchema');
  else if (KeySchema.length > keyElementsMax) {
    const demand = `Member must have length less than or equal to ${keyElementsMax}`;
    trail.report(` '${quotedText(KeySchema)}'`, demand, 'keySchema');
  }
  trail.end();
  return { keySchema: KeySchema ?? [], attributeDefinitions: AttributeDefinitions ?? [] };
}

/** Refuses keys that are none: undefined attributes, wrong kinds or order. */
export function checkedKeyDefinition({ keySchema, attributeDefinitions }: KeyDefinition): KeyDefinition {
  checkDefined(keySchema, attributeDefinitions);
  checkKinds(keySchema);
  return { keySchema, attributeDefinitions };
}

/** Refuses attributes that are part of no key, of the table or of an index. */
export function checkAllUsed(
  { keySchema, attributeDefinitions }: KeyDefinition,
  indexes: readonly Pick<IndexDefinition, 'keySchema'>[],
): void {
  if (indexes.length === 0 && keySchema.length !== attributeDefinitions.length) {
    refuse(
      `${invalidParameter}Number of attributes in KeySchema does not exactly match ` +
        'number of attributes defined in AttributeDefinitions',
    );
  }
  const used = usedNames({ keySchema }, indexes);
  const defined = attributeDefinitions.map(({ AttributeName }) => AttributeName);
  if (defined.every((name) => used.has(name))) return;
  refuse(
    `${invalidParameter}Some AttributeDefinitions are not used. ` +
      `AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

function checkDefined(
  keySchema: readonly KeySchemaElement[],
  definitions: readonly AttributeDefinition[],
): void {
  const defined = definitions.map(({ AttributeName }) => AttributeName);
  const twice = defined.find((name, index) => defined.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse(`${invalidParameter}Duplicate AttributeName in AttributeDefinitions: ${twice}`);
  }
  if (keySchema.every(({ AttributeName }) => defined.includes(AttributeName))) return;
  const keys = keySchema.map(({ AttributeName }) => AttributeName);
  if (keys.length > 1) refuse('Invalid KeySchema: Some index key attribute have no definition');
  refuse(
    `${invalidParameter}Some index key attributes are not defined in AttributeDefinitions. ` +
      `Keys: [${keys.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
  );
}

/** Refuses a key that is not one hash attribute, or a hash and then a range attribute. */
export function checkKinds([hash, range]: readonly KeySchemaElement[]): void {
  if (hash?.KeyType !== 'HASH')
    refuse('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (range === undefined) return;
  if (range.AttributeName === hash.AttributeName) {
    refuse('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  if (range.KeyType !== 'RANGE')
    refuse('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
}
