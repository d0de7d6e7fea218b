/** The names that conditions may ask for, and what AWS refuses of them. */

const keysOfKms = [
  ...['BypassPolicyLockoutSafetyCheck', 'CallerAccount', 'CustomerMasterKeySpec', 'CustomerMasterKeyUsage'],
  ...['DataKeyPairSpec', 'EncryptionAlgorithm', 'EncryptionContextKeys', 'ExpirationModel'],
  ...[
    'GrantConstraintType',
    'GrantIsForAWSResource',
    'GrantOperations',
    'GranteePrincipal',
    'KeyAgreementAlgorithm',
  ],
  ...['KeyOrigin', 'KeySpec', 'KeyUsage', 'MacAlgorithm', 'MessageType', 'MultiRegion', 'MultiRegionKeyType'],
  ...[
    'PrimaryRegion',
    'ReEncryptOnSameKey',
    'RecipientAttestation:ImageSha384',
    'ReplicaRegion',
    'RequestAlias',
  ],
  ...[
    'ResourceAliases',
    'RetiringPrincipal',
    'RotationPeriodInDays',
    'ScheduleKeyDeletionPendingWindowInDays',
  ],
  ...['SigningAlgorithm', 'ValidTo', 'ViaService', 'WrappingAlgorithm', 'WrappingKeySpec'],
].map((key) => `kms:${key}`.toLowerCase());
const keysOfAll = [
  ...['CalledVia', 'CalledViaFirst', 'CalledViaLast', 'CurrentTime', 'EpochTime', 'FederatedProvider'],
  ...[
    'MultiFactorAuthAge',
    'MultiFactorAuthPresent',
    'PrincipalAccount',
    'PrincipalArn',
    'PrincipalIsAWSService',
  ],
  ...[
    'PrincipalOrgID',
    'PrincipalOrgPaths',
    'PrincipalServiceName',
    'PrincipalServiceNamesList',
    'PrincipalType',
  ],
  ...[
    'Referer',
    'RequestedRegion',
    'ResourceAccount',
    'ResourceOrgID',
    'ResourceOrgPaths',
    'SecureTransport',
  ],
  ...[
    'SourceAccount',
    'SourceArn',
    'SourceIdentity',
    'SourceIp',
    'SourceOrgID',
    'SourceOrgPaths',
    'SourceVpc',
  ],
  ...['SourceVpcArn', 'SourceVpce', 'TagKeys', 'TokenIssueTime', 'UserAgent', 'VpcSourceIp', 'ViaAWSService'],
  ...['userid', 'username'],
].map((key) => `aws:${key}`.toLowerCase());
const keysOfTables = [
  ...['Attributes', 'EnclosingOperation', 'FullTableScan', 'ImportPointInTime', 'LeadingKeys'],
  ...['ReturnConsumedCapacity', 'ReturnValues', 'Select'],
].map((key) => `dynamodb:${key}`.toLowerCase());
const keysOfSessions = [
  ...['DurationSeconds', 'ExternalId', 'RoleSessionName', 'SourceIdentity', 'TransitiveTagKeys'],
].map((key) => `sts:${key}`.toLowerCase());
const known = new Set([...keysOfKms, ...keysOfAll, ...keysOfTables, ...keysOfSessions]);
const families = /^(kms:encryptioncontext:|aws:(requesttag|resourcetag|principaltag)\/)./;
/** Of other services nothing is known here, and nothing is ever there. */
const foreign = /^(?!aws:|kms:|dynamodb:|sts:)[a-z0-9-]+:./;

/** Names of keys are compared in any case. */
export function isConditionKey(key: string): boolean {
  const folded = key.toLowerCase();
  return known.has(folded) || families.test(folded) || foreign.test(folded);
}

/** What AWS says of ForAllValues where a request without the pair or tag would match; undefined for all else. */
export function overlyPermissive(operator: string, key: string): string | undefined {
  if (!operator.startsWith('ForAllValues:')) return undefined;
  const family = families.exec(key.toLowerCase())?.[1] ?? '';
  const [name, what] = family.startsWith('kms:')
    ? ['EncryptionContext', 'encryption context']
    : ['RequestTag', 'tag'];
  if (family !== 'kms:encryptioncontext:' && !family.startsWith('aws:requesttag/')) return undefined;
  return (
    `OverlyPermissiveCondition:${name}: Using the ForAllValues set operator with a single-valued condition key ` +
    `matches requests without the specified ${what} or with an unspecified ${what}. To fix, remove ForAllValues.`
  );
}
