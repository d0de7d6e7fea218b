/** What a restore may choose otherwise than its backup has it, and the table that comes of both (aws-behaviour §1.9). */
import { refuse } from '../base/errors.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { EncryptionChoice } from '../tables/encryption-choice.ts';
import type { IndexRecord, IndexThroughput } from '../tables/index-definition.ts';
import type { KeptDefinition } from '../tables/table-record.ts';
import type { OnDemandThroughput, Throughput } from '../tables/throughput.ts';

/** Of an index that is to be restored; the others are left out. */
export interface IndexOverride extends IndexThroughput {
  readonly name: string;
  /** As the caller believes it to be. */
  readonly keySchema: IndexRecord['keySchema'];
  readonly projection: IndexRecord['projection'];
}

export interface RestoreOverrides {
  readonly encryption?: EncryptionChoice;
  readonly billingMode?: KeptDefinition['billingMode'];
  readonly throughput?: Throughput;
  readonly onDemandThroughput?: OnDemandThroughput;
  /** Absent: all that the backup has. */
  readonly globalIndexes?: readonly IndexOverride[];
  readonly localIndexes?: readonly IndexOverride[];
}

/** The backup's own key; of a table under a customer's, that very key. */
export function encryptionOf({ encryption, keys }: TableRecord): EncryptionChoice {
  return encryption === 'customer' ? { kind: encryption, keyId: keys.keyArn } : { kind: encryption };
}

/**
 * Those indexes of the source that are restored. Refuses an override that names none of them, or another schema or
 * projection, in our own words: AWS says no more than that indexes must match.
 */
export function restoredIndexes(source: TableRecord, overrides: RestoreOverrides): readonly IndexRecord[] {
  const billingMode = overrides.billingMode ?? source.definition.billingMode;
  const { globalIndexes, localIndexes } = overrides;
  const all = (source.indexes ?? []).filter(({ status }) => status !== 'DELETING');
  for (const [kind, asked] of [
    ['global', globalIndexes],
    ['local', localIndexes],
  ] as const) {
    for (const index of asked ?? [])
      refuseOther(
        all.filter((each) => each.kind === kind),
        index,
      );
  }
  return all.flatMap((index) => {
    const asked = index.kind === 'global' ? globalIndexes : localIndexes;
    const override = asked?.find(({ name }) => name === index.name);
    if (asked !== undefined && override === undefined) return [];
    return [index.kind === 'local' ? index : withThroughput(index, override, { billingMode, overrides })];
  });
}

function refuseOther(known: readonly IndexRecord[], { name, keySchema, projection }: IndexOverride): void {
  const found = known.find((index) => index.name === name);
  const isSame =
    found !== undefined &&
    JSON.stringify(found.keySchema.map(plainKey)) === JSON.stringify(keySchema.map(plainKey)) &&
    projectionText(found.projection) === projectionText(projection);
  if (!isSame) {
    refuse(
      `One or more parameter values were invalid: The index ${name} of the override is none of the source table's`,
    );
  }
}

function plainKey({ AttributeName, KeyType }: IndexRecord['keySchema'][number]): readonly string[] {
  return [AttributeName, KeyType];
}

function projectionText({ ProjectionType, NonKeyAttributes = [] }: IndexRecord['projection']): string {
  return JSON.stringify([ProjectionType, [...NonKeyAttributes].sort()]);
}

interface Billing {
  readonly billingMode: KeptDefinition['billingMode'];
  readonly overrides: RestoreOverrides;
}

/** A global index has units of its own exactly where the table is provisioned: its own, else the table's. */
function withThroughput(
  { throughput: before, onDemandThroughput, ...rest }: IndexRecord,
  override: IndexOverride | undefined,
  { billingMode, overrides }: Billing,
): IndexRecord {
  const { throughput: asked, onDemandThroughput: bounds = onDemandThroughput } = override ?? {};
  if (billingMode === 'PAY_PER_REQUEST') return { ...rest, ...(bounds && { onDemandThroughput: bounds }) };
  const throughput = asked ?? before ?? overrides.throughput;
  return { ...rest, ...(throughput && { throughput }) };
}

/**
 * The definition of the restored table: without tags, protection and class, which AWS does not restore either. Refuses
 * units that the billing needs and nobody gave, and units that it has no place for, in the words of CreateTable.
 */
export function restoredDefinition(
  { definition: source }: TableRecord,
  name: string,
  { overrides, indexes }: { readonly overrides: RestoreOverrides; readonly indexes: readonly IndexRecord[] },
): KeptDefinition {
  const billingMode = overrides.billingMode ?? source.billingMode;
  const bounds = overrides.onDemandThroughput ?? source.onDemandThroughput;
  const { keySchema, warmThroughput } = source;
  const used = new Set([keySchema, ...indexes.map((index) => index.keySchema)].flat().map(nameOf));
  return {
    name,
    keySchema,
    attributeDefinitions: source.attributeDefinitions.filter(({ AttributeName }) => used.has(AttributeName)),
    billingMode,
    ...unitsOf(billingMode, overrides.throughput, source.throughput),
    ...(billingMode === 'PAY_PER_REQUEST' && bounds && { onDemandThroughput: bounds }),
    ...(warmThroughput && { warmThroughput }),
    deletionProtection: false,
    tags: [],
  };
}

function nameOf({ AttributeName }: { readonly AttributeName: string }): string {
  return AttributeName;
}

function unitsOf(
  billingMode: KeptDefinition['billingMode'],
  asked: Throughput | undefined,
  before: Throughput | undefined,
): { readonly throughput?: Throughput } {
  if (billingMode === 'PAY_PER_REQUEST') {
    if (asked === undefined) return {};
    refuse(
      'One or more parameter values were invalid: ' +
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const throughput = asked ?? before;
  if (throughput !== undefined) return { throughput };
  refuse(
    'One or more parameter values were invalid: ' +
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
  );
}
