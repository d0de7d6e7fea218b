/** Conditions of key policies: which operators and keys there are, and what AWS refuses of them. */

export interface PolicyCondition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

const comparisons = [
  ...['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase'],
  ...['StringLike', 'StringNotLike', 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
  ...['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals'],
  ...['NumericGreaterThan', 'NumericGreaterThanEquals', 'DateEquals', 'DateNotEquals', 'DateLessThan'],
  ...['DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
  ...['Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress'],
];
const operatorForm = new RegExp(
  `^(ForAnyValue:|ForAllValues:)?((${comparisons.join('|')})(IfExists)?|Null)$`,
);

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
const known = new Set([...keysOfKms, ...keysOfAll]);
const families = /^(kms:encryptioncontext:|aws:(requesttag|resourcetag|principaltag)\/)./;

export function isOperator(operator: string): boolean {
  return operatorForm.test(operator);
}

/** Names of keys are compared in any case. */
export function isConditionKey(key: string): boolean {
  const folded = key.toLowerCase();
  return known.has(folded) || families.test(folded);
}

/** What AWS says of ForAllValues where a request without the pair or tag would match; undefined for all else. */
export function overlyPermissive({ operator, key }: PolicyCondition): string | undefined {
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
