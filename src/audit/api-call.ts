/** From a call of an API, as the dispatcher saw it, to its record in the audit trail. */
import type { Caller } from '../kms/key-service.ts';
import {
  type AuditEvent,
  type EventError,
  type EventFields,
  type EventParts,
  type EventResource,
  eventOf,
} from './event.ts';
import {
  type IdentityApi,
  identityAnswer,
  identityParameters,
  identityResources,
  identitySources,
  isReadingIdentities,
} from './identity-event.ts';
import { isReadingKeys, keyAnswer, keyParameters, keyResource } from './key-event.ts';
import {
  isManagement,
  isReadingTables,
  tableAnswer,
  tableParameters,
  tableResources,
} from './table-event.ts';
import { identityOf } from './user-identity.ts';

export type RecordedApi = 'kms' | 'dynamodb' | 'streams' | IdentityApi;

export interface ApiCall {
  readonly api: RecordedApi;
  readonly operation: string;
  readonly caller: Caller;
  /** Checked; empty where it was refused for what it is. */
  readonly input: object;
  readonly outcome: { readonly output: object } | { readonly error: EventError };
  readonly requestId: string;
  readonly accessKeyId?: string | undefined;
  readonly sourceAddress?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What the key service knows of the keys that a call names, without counting that as a use of them. */
export interface KeyFinder {
  /** The ARN of the key that a name means to a caller; undefined where there is none the caller may know of. */
  arnOf(caller: Caller, name: string): string | undefined;
  /** The same, for the key that a ciphertext names. */
  arnOfCiphertext(caller: Caller, ciphertext: Uint8Array): string | undefined;
  /** The grant that a token names, also one that is gone; undefined for what is no token. */
  grantOf(token: string): { readonly keyArn: string; readonly grantId: string } | undefined;
}

/** Whether calls of this operation are recorded at all. */
export function isRecorded(api: string, operation: string): api is RecordedApi {
  if (api === 'kms' || isIdentityApi(api)) return true;
  return (api === 'dynamodb' || api === 'streams') && isManagement(operation);
}

function isIdentityApi(api: string): api is IdentityApi {
  return api === 'iam' || api === 'sts';
}

/** Where a call came from that came over no network. */
const inProcess = 'in-process';
/** CloudTrail cuts it off here. */
const userAgentMax = 1024;
/** None is longer: what a request names in place of one may be anything. */
const accessKeyIdMax = 128;

export function apiEvent(call: ApiCall, keys: KeyFinder, atMs: number): AuditEvent {
  const { caller, operation, outcome, accessKeyId, sourceAddress, userAgent = '' } = call;
  const details = detailsOf(call, keys);
  return eventOf({
    ...details,
    userIdentity: identityOf(caller, { accessKeyId: accessKeyId?.slice(0, accessKeyIdMax) }),
    atMs,
    name: operation,
    region: caller.region,
    account: caller.account,
    sourceIPAddress: sourceAddress ?? inProcess,
    userAgent: userAgent.slice(0, userAgentMax),
    error: 'error' in outcome ? outcome.error : undefined,
    requestId: call.requestId,
  });
}

/** The keys a call of the KMS API is about, by their ARNs. */
export function keysOf(call: ApiCall, keys: KeyFinder): readonly string[] {
  const { caller, input, outcome } = call;
  const output = 'output' in outcome ? outcome.output : {};
  const named = [
    textOf(output, 'KeyId') ?? textOf(input, 'KeyId'),
    textOf(input, 'TargetKeyId'),
    textOf(input, 'AliasName'),
    textOf(output, 'SourceKeyId') ?? textOf(input, 'SourceKeyId'),
    textOf(input, 'DestinationKeyId'),
    createdKey(output),
  ].map((name) => (name === undefined ? undefined : keys.arnOf(caller, name)));
  const ciphertext = memberOf(input, 'CiphertextBlob');
  const sealed = ciphertext instanceof Uint8Array ? keys.arnOfCiphertext(caller, ciphertext) : undefined;
  return [
    ...new Set([...named, sealed, retiredGrant(call, keys)?.keyArn].filter((arn) => arn !== undefined)),
  ];
}

interface Details {
  readonly source: EventParts['source'];
  readonly requestParameters: EventFields | null;
  readonly responseElements: EventFields | null;
  readonly additionalEventData?: EventFields | undefined;
  readonly readOnly: boolean;
  readonly resources: readonly EventResource[];
  readonly apiVersion?: string;
}

function detailsOf(call: ApiCall, keys: KeyFinder): Details {
  const { api, operation, input, outcome } = call;
  if (api === 'kms') return keyDetails(call, keys);
  if (!isIdentityApi(api)) return tableDetails(call);
  return {
    source: identitySources[api],
    requestParameters: identityParameters(input),
    responseElements: 'output' in outcome ? identityAnswer(api, operation, outcome.output) : null,
    readOnly: isReadingIdentities(api, operation),
    resources: identityResources(operation, input),
  };
}

function keyDetails(call: ApiCall, keys: KeyFinder): Details {
  const { operation, input, outcome } = call;
  const arns = keysOf(call, keys);
  const output = 'output' in outcome ? outcome.output : {};
  const alias = textOf(input, 'AliasName');
  const { account, region } = call.caller;
  const aliasArns = alias === undefined ? [] : [`arn:aws:kms:${region}:${account}:${alias}`];
  const grantId =
    operation === 'RetireGrant' ? (textOf(input, 'GrantId') ?? retiredGrant(call, keys)?.grantId) : undefined;
  return {
    source: 'kms.amazonaws.com',
    requestParameters: keyParameters(operation, input),
    responseElements: keyAnswer(operation, output, arns[0]),
    additionalEventData: grantId === undefined ? materialOf(output) : { grantId },
    readOnly: isReadingKeys(operation),
    resources: [...aliasArns, ...arns].map(keyResource),
  };
}

function tableDetails({ operation, input, outcome, caller }: ApiCall): Details {
  return {
    source: 'dynamodb.amazonaws.com',
    requestParameters: tableParameters(input),
    responseElements: 'output' in outcome ? tableAnswer(operation, outcome.output) : null,
    readOnly: isReadingTables(operation),
    resources: tableResources(input, caller),
    apiVersion: '2012-08-10',
  };
}

/** The grant that was retired by a token of it. Of a token that was refused nothing is told. */
function retiredGrant({ operation, input, outcome }: ApiCall, keys: KeyFinder) {
  const token = operation === 'RetireGrant' && 'output' in outcome ? textOf(input, 'GrantToken') : undefined;
  return token === undefined ? undefined : keys.grantOf(token);
}

function materialOf(output: object): EventFields | undefined {
  const keyMaterialId = textOf(output, 'KeyMaterialId');
  return keyMaterialId === undefined ? undefined : { keyMaterialId };
}

function createdKey(output: object): string | undefined {
  const made = memberOf(output, 'KeyMetadata') ?? memberOf(output, 'ReplicaKeyMetadata');
  return typeof made === 'object' && made !== null ? textOf(made, 'KeyId') : undefined;
}

function textOf(structure: object, member: string): string | undefined {
  const value = memberOf(structure, member);
  return typeof value === 'string' ? value : undefined;
}

function memberOf(structure: object, member: string): unknown {
  return Object.hasOwn(structure, member) ? Reflect.get(structure, member) : undefined;
}
