/** Key policies as the service writes them, and what it asks of those it is given. */
import { utf8 } from '../../base/bytes.ts';
import { isRefusal, Refusal } from '../../base/errors.ts';
import { type IsKnown, unknownPrincipal } from '../../iam/named-principal.ts';
import {
  invalidPrincipals,
  type PolicyDocument,
  policyDocument,
  unreadablePolicy,
} from '../../iam/policy-document.ts';
import { rootArn } from '../../iam/principal.ts';
import type { Caller } from '../key-service.ts';
import type { KeyRecord } from './key.ts';
import { requireNoLockout } from './key-policy-lockout.ts';
import { type ManagedService, tableService } from './managed-service.ts';

export const policyBytesMax = 32_768;

interface Namespace {
  readonly account: string;
  readonly region: string;
}

/** What CreateKey gives a key when it is given none: the account's own policies decide. */
export function defaultPolicy(account: string): string {
  return pretty({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: rootArn(account) },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** The policy of the AWS managed key of a service. */
export function managedPolicy(
  { account, region }: Namespace,
  { alias, title, via }: ManagedService = tableService,
): string {
  const look = ['kms:Describe*', 'kms:Get*', 'kms:List*'];
  const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'];
  const service = 'dynamodb.amazonaws.com';
  const describe = {
    Sid: `Allow DynamoDB Service with service principal name ${service} to describe the key directly`,
    Effect: 'Allow',
    Principal: { Service: service },
    Action: look,
    Resource: '*',
  };
  return pretty({
    Version: '2012-10-17',
    Id: `auto-${alias.slice('alias/aws/'.length)}-1`,
    Statement: [
      {
        Sid:
          `Allow access through ${title} for all principals in the account ` +
          `that are authorized to use ${title}`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [...use, 'kms:CreateGrant', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': account,
            'kms:ViaService': `${via}.${region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: rootArn(account) },
        Action: [...look, 'kms:RevokeGrant'],
        Resource: '*',
      },
      ...(via === tableService.via ? [describe] : []),
    ],
  });
}

/** What is asked of a policy that a caller gives to a key. */
export interface GivenPolicy {
  readonly policy: string;
  readonly caller: Caller;
  readonly keyArn: string;
  /** The caller may lose the key's policy, knowingly. */
  readonly bypassLockoutCheck?: boolean | undefined;
  /** Whom it may name: everybody unless said otherwise. */
  readonly isKnown?: IsKnown | undefined;
}

/** Refuses as checkPolicy, a policy that names nobody, and one that would not let the caller change it again. */
export function checkGivenPolicy(given: GivenPolicy): void {
  const { policy, caller, keyArn, bypassLockoutCheck = false, isKnown } = given;
  const document = checkPolicy(policy);
  if (unknownPrincipal(document, isKnown) !== undefined) {
    throw new Refusal('MalformedPolicy', { message: invalidPrincipals });
  }
  if (!bypassLockoutCheck) requireNoLockout(document, caller, keyArn);
}

/** Refuses KeyLimitExceeded for one that is too long, and MalformedPolicy for one that is no policy document. */
export function checkPolicy(policy: string): PolicyDocument {
  if (utf8(policy).length > policyBytesMax) {
    throw new Refusal('KeyLimitExceeded', { message: `A key policy has at most ${policyBytesMax} bytes.` });
  }
  return policyDocument(policy, 'key');
}

/** By the record, of which there is another one after each change of its key. */
const documents = new WeakMap<KeyRecord, PolicyDocument>();

/** A policy that was read once and can no more be read denies everything (R-POL-1). */
export function policyOf(key: KeyRecord): PolicyDocument {
  const known = documents.get(key);
  if (known !== undefined) return known;
  const document = readable(key.policy);
  documents.set(key, document);
  return document;
}

function readable(policy: string): PolicyDocument {
  try {
    return policyDocument(policy, 'key');
  } catch (fault) {
    if (isRefusal(fault, 'MalformedPolicy')) return unreadablePolicy;
    throw fault;
  }
}

function pretty(document: object): string {
  return JSON.stringify(document, null, 2);
}
