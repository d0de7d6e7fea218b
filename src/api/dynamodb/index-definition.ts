/** The secondary indexes that a request defines, checked in DynamoDB's order (aws-behaviour §5.9). */
import { refuse } from '../../base/errors.ts';
import { globalIndexesMax } from '../../tables/index-building.ts';
import type { IndexDefinition, IndexKind, IndexProjection } from '../../tables/index-definition.ts';
import type { KeySchemaElement } from '../../tables/key-schema.ts';
import type { AttributeDefinition } from '../../tables/table-record.ts';
import { checkOnDemandThroughput } from '../../tables/table-settings.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from '../../tables/throughput.ts';
import { quotedText } from '../constraint.ts';
import { type BillingMode, checkQuota } from './billing.ts';
import { checkKinds, type KeyDefinition } from './key-definition.ts';
import { localIndexesMax } from './table-limits.ts';

/** As the model has it; a local index has the first three members alone. */
export interface IndexInput {
  readonly IndexName: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly Projection: {
    readonly ProjectionType?: IndexProjection['ProjectionType'];
    readonly NonKeyAttributes?: readonly string[];
  };
  readonly ProvisionedThroughput?: Throughput;
  readonly OnDemandThroughput?: OnDemandThroughput;
  readonly WarmThroughput?: WarmThroughput;
}

export interface IndexesInput {
  readonly LocalSecondaryIndexes?: readonly IndexInput[];
  readonly GlobalSecondaryIndexes?: readonly IndexInput[];
}

/** Of each kind, in the key of a global index. */
const keyAttributesMax = 4;
const nonKeyAttributesMax = 100;
const localKeyElementsMax = 2;
const invalidParameter = 'One or more parameter values were invalid: ';

/** The indexes of a table about to be made. Refuses those that do not fit it, one another, or a limit. */
export function checkedIndexes(
  { LocalSecondaryIndexes: locals, GlobalSecondaryIndexes: globals }: IndexesInput,
  key: KeyDefinition,
  billingMode: BillingMode,
): readonly IndexDefinition[] {
  if (locals?.length === 0) refuse(`${invalidParameter}List of LocalSecondaryIndexes is empty`);
  if (globals?.length === 0) refuse(`${invalidParameter}List of GlobalSecondaryIndexes is empty`);
  const names = new Set<string>();
  const requireNew = ({ IndexName }: IndexInput) => {
    if (names.has(IndexName)) refuse(`${invalidParameter}Duplicate index name: ${IndexName}`);
    names.add(IndexName);
  };
  for (const [index, local] of (locals ?? []).entries()) {
    checkLocalKey(local, index, key);
    checkProjection(local);
    requireNew(local);
  }
  if ((locals?.length ?? 0) > localIndexesMax) {
    refuse(
      `${invalidParameter}Number of LocalSecondaryIndexes exceeds per-table limit of ${localIndexesMax}`,
    );
  }
  for (const global of globals ?? []) {
    checkGlobalIndex(global, key.attributeDefinitions, billingMode);
    requireNew(global);
  }
  if ((globals?.length ?? 0) > globalIndexesMax) {
    refuse(
      `${invalidParameter}GlobalSecondaryIndex count exceeds the per-table limit of ${globalIndexesMax}`,
    );
  }
  const all = [...(locals ?? []), ...(globals ?? [])];
  checkNonKeyAttributes(all.map(({ Projection }) => Projection));
  return [
    ...(locals ?? []).map((local) => indexDefinition('local', local)),
    ...(globals ?? []).map((global) => indexDefinition('global', global)),
  ];
}

export function indexDefinition(kind: IndexKind, input: IndexInput): IndexDefinition {
  const { ProjectionType = 'ALL', NonKeyAttributes } = input.Projection;
  return {
    kind,
    name: input.IndexName,
    keySchema: input.KeySchema,
    projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes }) },
    ...(input.ProvisionedThroughput && { throughput: input.ProvisionedThroughput }),
    ...(input.OnDemandThroughput && { onDemandThroughput: input.OnDemandThroughput }),
    ...(input.WarmThroughput && { warmThroughput: input.WarmThroughput }),
  };
}

function checkLocalKey({ IndexName, KeySchema }: IndexInput, index: number, table: KeyDefinition): void {
  if (KeySchema.length > localKeyElementsMax) {
    const member = `localSecondaryIndexes.${index + 1}.member.keySchema`;
    refuse(
      `1 validation error detected: Value '${quotedText(KeySchema)}' at '${member}' failed to satisfy ` +
        `constraint: Member must have length less than or equal to ${localKeyElementsMax}`,
    );
  }
  checkDefined(KeySchema, table.attributeDefinitions);
  checkKinds(KeySchema);
  if (table.keySchema.length < 2) {
    refuse(
      `${invalidParameter}Table KeySchema does not have a range key, ` +
        'which is required when specifying a LocalSecondaryIndex',
    );
  }
  if (KeySchema.length < 2) {
    refuse(`${invalidParameter}Index KeySchema does not have a range key for index: ${IndexName}`);
  }
  const [hash, tableHash] = [KeySchema[0]?.AttributeName, table.keySchema[0]?.AttributeName];
  if (hash === tableHash) return;
  refuse(
    `${invalidParameter}Index KeySchema does not have the same leading hash key as table KeySchema ` +
      `for index: ${IndexName}. index hash key: ${hash}, table hash key: ${tableHash}`,
  );
}

/** Refuses a global index that no table with this billing could have. */
export function checkGlobalIndex(
  index: IndexInput,
  definitions: readonly AttributeDefinition[],
  billingMode: BillingMode,
): void {
  checkDefined(index.KeySchema, definitions);
  checkGlobalKey(index);
  checkProjection(index);
  const { IndexName, ProvisionedThroughput, OnDemandThroughput: bounds } = index;
  if (billingMode === 'PAY_PER_REQUEST' && ProvisionedThroughput !== undefined) {
    refuse(
      `${invalidParameter}ProvisionedThroughput should not be specified for index: ${IndexName} ` +
        'when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (billingMode === 'PROVISIONED' && ProvisionedThroughput === undefined) {
    refuse(`${invalidParameter}ProvisionedThroughput must be specified for index: ${IndexName}`);
  }
  checkQuota(ProvisionedThroughput, IndexName);
  checkOnDemandThroughput(bounds, { billingMode, index: IndexName });
}

/** Up to four hash attributes, then up to four range attributes. */
function checkGlobalKey({ IndexName, KeySchema }: IndexInput): void {
  const hashCount = KeySchema.filter(({ KeyType }) => KeyType === 'HASH').length;
  // What it was before there could be several of a kind, texts included.
  if (KeySchema.length <= 2 && hashCount < 2) {
    checkKinds(KeySchema);
    return;
  }
  if (KeySchema.findIndex(({ KeyType }) => KeyType === 'RANGE') === 0) {
    refuse('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (KeySchema.slice(0, hashCount).some(({ KeyType }) => KeyType === 'RANGE')) {
    refuse('Invalid KeySchema: A HASH key type follows a RANGE key type');
  }
  const names = KeySchema.map(({ AttributeName }) => AttributeName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse(`Invalid KeySchema: An attribute is named twice in the KeySchema: ${twice}`);
  }
  if (hashCount <= keyAttributesMax && KeySchema.length - hashCount <= keyAttributesMax) return;
  refuse(
    `${invalidParameter}KeySchema of index ${IndexName} can have ${keyAttributesMax} HASH and ` +
      `${keyAttributesMax} RANGE key attributes at most`,
  );
}

function checkDefined(
  keySchema: readonly KeySchemaElement[],
  definitions: readonly AttributeDefinition[],
): void {
  const defined = definitions.map(({ AttributeName }) => AttributeName);
  if (keySchema.every(({ AttributeName }) => defined.includes(AttributeName))) return;
  const keys = keySchema.map(({ AttributeName }) => AttributeName);
  refuse(
    `${invalidParameter}Some index key attributes are not defined in AttributeDefinitions. ` +
      `Keys: [${keys.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
  );
}

function checkProjection({ Projection: { ProjectionType, NonKeyAttributes } }: IndexInput): void {
  if (ProjectionType === undefined) refuse(`${invalidParameter}Unknown ProjectionType: null`);
  if (ProjectionType === 'INCLUDE' && NonKeyAttributes === undefined) {
    refuse(`${invalidParameter}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`);
  }
  if (ProjectionType === 'INCLUDE' || NonKeyAttributes === undefined) return;
  refuse(`${invalidParameter}ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
}

/** Over all indexes of a table, each attribute as often as it is named. */
export function checkNonKeyAttributes(projections: readonly Partial<IndexProjection>[]): void {
  const count = projections.reduce((sum, { NonKeyAttributes = [] }) => sum + NonKeyAttributes.length, 0);
  if (count <= nonKeyAttributesMax) return;
  refuse(
    `${invalidParameter}Number of NonKeyAttributes in all secondary indexes exceeds ` +
      `the per-table limit of ${nonKeyAttributesMax}`,
  );
}
