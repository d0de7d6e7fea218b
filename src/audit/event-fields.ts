/** Inputs and outputs of operations as events show them: names begin small, and what is secret is not there. */
import { type EventFields, type EventValue, elementTimeOf } from './event.ts';

/**
 * Members of the KMS API that an event may show, wherever they stand. All else is left out, so that a member that is new is
 * no leak: plaintexts, ciphertexts, messages, signatures, key material, tokens, policies and passwords.
 */
const shownOfKms: ReadonlySet<string> = new Set([
  ...['KeyId', 'AliasName', 'TargetKeyId', 'Description', 'Origin', 'KeySpec', 'CustomerMasterKeySpec'],
  ...['KeyUsage', 'BypassPolicyLockoutSafetyCheck', 'Tags', 'TagKeys', 'TagKey', 'TagValue', 'MultiRegion'],
  ...['CustomKeyStoreId', 'CustomKeyStoreName', 'CustomKeyStoreType', 'XksKeyId', 'RotationPeriodInDays'],
  ...['PendingWindowInDays', 'EncryptionAlgorithm', 'EncryptionContext', 'NumberOfBytes', 'KeyPairSpec'],
  ...['SourceEncryptionAlgorithm', 'SourceEncryptionContext', 'SourceKeyId', 'DestinationKeyId'],
  ...['DestinationEncryptionAlgorithm', 'DestinationEncryptionContext', 'GranteePrincipal'],
  ...[
    'GranteeServicePrincipal',
    'RetiringPrincipal',
    'RetiringServicePrincipal',
    'Operations',
    'Constraints',
  ],
  ...[
    'EncryptionContextSubset',
    'EncryptionContextEquals',
    'SourceArn',
    'Name',
    'GrantId',
    'Limit',
    'Marker',
  ],
  ...['PolicyName', 'WrappingAlgorithm', 'WrappingKeySpec', 'ValidTo', 'ExpirationModel', 'ImportType'],
  ...['KeyMaterialId', 'KeyMaterialDescription', 'SigningAlgorithm', 'MessageType', 'MacAlgorithm'],
  ...['KeyAgreementAlgorithm', 'ReplicaRegion', 'PrimaryRegion', 'IncludeKeyMaterial', 'DryRun'],
  // Of answers
  ...[
    'KeyMetadata',
    'AWSAccountId',
    'Arn',
    'CreationDate',
    'Enabled',
    'KeyState',
    'DeletionDate',
    'KeyManager',
  ],
  ...['EncryptionAlgorithms', 'SigningAlgorithms', 'MacAlgorithms', 'KeyAgreementAlgorithms'],
  ...['MultiRegionConfiguration', 'MultiRegionKeyType', 'PrimaryKey', 'ReplicaKeys', 'Region'],
  ...['PendingDeletionWindowInDays', 'CurrentKeyMaterialId', 'ReplicaKeyMetadata', 'ReplicaTags'],
]);

/** Of management calls of tables, which carry no item. */
const hiddenOfTables: ReadonlySet<string> = new Set([
  'Policy',
  'ResourcePolicy',
  'ClientRequestToken',
  'ClientToken',
]);

export type Shown = (member: string) => boolean;

export const shownOf: Readonly<Record<'kms' | 'dynamodb', Shown>> = {
  kms: (member) => shownOfKms.has(member),
  dynamodb: (member) => !hiddenOfTables.has(member),
};

const isTime = /(Date|DateTime|Time|ValidTo)$/;

/** Members of a structure. Keys of maps are the caller's own words, and stay as they are. */
export function fieldsOf(structure: object, shown: Shown): EventFields {
  const fields: Record<string, EventValue> = {};
  for (const [member, value] of Object.entries(structure)) {
    if (value === undefined || !shown(member)) continue;
    const shownValue = shownValueOf(member, value, shown);
    if (shownValue !== undefined) fields[lowerFirst(member)] = shownValue;
  }
  return fields;
}

export function lowerFirst(member: string): string {
  return member.charAt(0).toLowerCase() + member.slice(1);
}

function shownValueOf(member: string, value: unknown, shown: Shown): EventValue | undefined {
  if (typeof value === 'number') return isTime.test(member) ? elementTimeOf(value * 1000) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return undefined;
  if (Array.isArray(value)) {
    return value
      .map((element) => shownValueOf(member, element, shown))
      .filter((element) => element !== undefined);
  }
  if (!(value instanceof Map)) return fieldsOf(value, shown);
  const fields: (readonly [string, EventValue])[] = [];
  for (const [key, held] of value) {
    const shownValue = shownValueOf('', held, shown);
    if (shownValue !== undefined) fields.push([String(key), shownValue]);
  }
  // Makes members of its own of all names, also of those that mean something to an object (R-JS-1).
  return Object.fromEntries(fields);
}
