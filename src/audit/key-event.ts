/** Events of the KMS API: what of a call is shown, and of its answer (aws-behaviour §6.3). */
import type { EventFields, EventResource, EventValue } from './event.ts';
import { fieldsOf, shownOf } from './event-fields.ts';

const reading =
  /^(Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateMac|GenerateRandom|Describe|Get|List|Sign|Verify|DeriveShared)/;
/** Calls whose request is not shown at all. */
const silent: ReadonlySet<string> = new Set(['RetireGrant']);
const symmetric = 'SYMMETRIC_DEFAULT';

/** What the service takes where the caller says nothing, and events say even so. */
const defaults: Readonly<Record<string, EventFields>> = {
  Encrypt: { encryptionAlgorithm: symmetric },
  Decrypt: { encryptionAlgorithm: symmetric },
  ReEncrypt: { sourceEncryptionAlgorithm: symmetric, destinationEncryptionAlgorithm: symmetric },
  CreateKey: {
    description: '',
    origin: 'AWS_KMS',
    keySpec: symmetric,
    customerMasterKeySpec: symmetric,
    keyUsage: 'ENCRYPT_DECRYPT',
    bypassPolicyLockoutSafetyCheck: false,
    multiRegion: false,
  },
  ScheduleKeyDeletion: { pendingWindowInDays: 30 },
};

/** Members of the answer that management calls show, beside the key's ARN. */
const answered: Readonly<Record<string, readonly string[]>> = {
  CreateKey: ['KeyMetadata'],
  ReplicateKey: ['ReplicaKeyMetadata'],
  CreateGrant: ['GrantId'],
  ScheduleKeyDeletion: ['KeyState', 'DeletionDate', 'PendingWindowInDays'],
};
/** Their events show no answer. */
const unanswered =
  /(Alias|CustomKeyStore)$|^(RetireGrant|RevokeGrant|ImportKeyMaterial|DeleteImportedKeyMaterial)$/;

export function isReadingKeys(operation: string): boolean {
  return reading.test(operation);
}

export function keyParameters(operation: string, input: object): EventFields | null {
  if (silent.has(operation)) return null;
  const { keySpec, customerMasterKeySpec, ...given } = fieldsOf(input, shownOf.kms);
  const spec: EventValue | undefined = keySpec ?? customerMasterKeySpec;
  const both = operation === 'CreateKey' && spec !== undefined;
  const specs = both
    ? { keySpec: spec, customerMasterKeySpec: spec }
    : keySpec === undefined
      ? {}
      : { keySpec };
  const fields = { ...defaults[operation], ...given, ...specs };
  return Object.keys(fields).length === 0 ? null : fields;
}

/** `keyArn`: of the key that the call was about. */
export function keyAnswer(operation: string, output: object, keyArn: string | undefined): EventFields | null {
  if (isReadingKeys(operation) || unanswered.test(operation)) return null;
  const shown = new Set(answered[operation] ?? []);
  const top = Object.fromEntries(Object.entries(output).filter(([member]) => shown.has(member)));
  const named = keyArn === undefined || 'KeyMetadata' in top ? {} : { keyId: keyArn };
  const fields = { ...named, ...fieldsOf(top, shownOf.kms) };
  return Object.keys(fields).length === 0 ? null : fields;
}

/** `arn:aws:kms:region:account:key/…`, or an alias. */
export function keyResource(arn: string): EventResource {
  const [, , , , accountId = '', resource = ''] = arn.split(':');
  return { accountId, type: resource.startsWith('alias/') ? 'AWS::KMS::Alias' : 'AWS::KMS::Key', ARN: arn };
}
