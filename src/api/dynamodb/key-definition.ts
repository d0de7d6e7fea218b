/** The key of a table about to be made: KeySchema and AttributeDefinitions, which must tell the same. */
import { refuse } from '../../base/errors.ts';
import { usedNames } from '../../tables/index-attributes.ts';
import type { IndexDefinition } from '../../tables/index-definition.ts';
import type { AttributeDefinition, KeySchemaElement } from '../../tables/table-record.ts';
import { quotedText } from '../constraint.ts';

const keyElementsMax = 2;
const invalidParameter = 'One or more parameter values were invalid: ';

export interface KeyDefinition {
  readonly keySchema: readonly KeySchemaElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
}

/** Refuses keys that are none: undefined attributes, wrong kinds or order. */
export function checkedKeyDefinition(input: {
  readonly KeySchema?: readonly KeySchemaElement[];
  readonly AttributeDefinitions?: readonly AttributeDefinition[];
}): KeyDefinition {
  const attributeDefinitions = input.AttributeDefinitions ?? refuseAbsent('attributeDefinitions');
  const keySchema = input.KeySchema ?? refuseAbsent('keySchema');
  if (keySchema.length > keyElementsMax) {
    refuse(
      `1 validation error detected: Value '${quotedText(keySchema)}' at 'keySchema' failed to satisfy ` +
        `constraint: Member must have length less than or equal to ${keyElementsMax}`,
    );
  }
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

/** The model leaves these two open, for tables that take their key from elsewhere. */
function refuseAbsent(member: string): never {
  refuse(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: ` +
      'Member must not be null',
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
