/** An audit event as CloudTrail writes it (aws-behaviour §2.6, §6.2). */
import { randomUUID } from 'node:crypto';
import type { UserIdentity } from './user-identity.ts';

export interface EventResource {
  readonly accountId: string;
  readonly type:
    | 'AWS::KMS::Key'
    | 'AWS::KMS::Alias'
    | 'AWS::DynamoDB::Table'
    | 'AWS::DynamoDB::Stream'
    | 'AWS::IAM::Role';
  readonly ARN: string;
}

/** What may stand in requestParameters and its like. */
export type EventValue =
  | string
  | number
  | boolean
  | null
  | readonly EventValue[]
  | { readonly [name: string]: EventValue };

export type EventFields = Readonly<Record<string, EventValue>>;

/** In the order of AWS's samples. */
export interface AuditEvent {
  readonly eventVersion: string;
  readonly userIdentity: UserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: EventFields | null;
  readonly responseElements: EventFields | null;
  readonly additionalEventData?: EventFields;
  readonly serviceEventDetails?: EventFields;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly EventResource[];
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent';
  readonly apiVersion?: string;
  readonly managementEvent: true;
  readonly recipientAccountId: string;
  readonly sharedEventID?: string;
  readonly eventCategory: 'Management';
}

export const eventVersion = '1.08';
/** CloudTrail cuts it off here. */
const errorMessageMax = 1024;
/** CloudTrail leaves out what is larger than this. */
const fieldsBytesMax = 100 * 1024;

/** As CloudTrail writes times: seconds, in UTC. */
export function eventTimeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As CloudTrail writes times inside responseElements: `Apr 12, 2021 18:58:30 PM`, hours to 24 and PM both. */
export function elementTimeOf(ms: number): string {
  const date = new Date(ms);
  const clock = date.toISOString().slice(11, 19);
  const half = date.getUTCHours() < 12 ? 'AM' : 'PM';
  return `${months[date.getUTCMonth()]} ${date.getUTCDate()}, ${date.getUTCFullYear()} ${clock} ${half}`;
}

/** The fields, or the word that they are left out for their size. */
export function bounded(fields: EventFields | null): EventFields | null {
  // A character is three bytes at most.
  if (fields === null || JSON.stringify(fields).length <= fieldsBytesMax / 3) return fields;
  return Buffer.byteLength(JSON.stringify(fields)) <= fieldsBytesMax ? fields : { omitted: true };
}

/** What every event is made from; what is absent is null or left out. */
export interface EventParts {
  readonly userIdentity: UserIdentity;
  readonly atMs: number;
  readonly source: `${'kms' | 'dynamodb' | 'iam' | 'sts'}.amazonaws.com`;
  readonly name: string;
  readonly region: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly error?: EventError | undefined;
  readonly requestParameters?: EventFields | null;
  readonly responseElements?: EventFields | null;
  readonly additionalEventData?: EventFields | undefined;
  readonly serviceEventDetails?: EventFields | undefined;
  readonly requestId?: string;
  readonly readOnly: boolean;
  readonly resources: readonly EventResource[];
  readonly type?: 'AwsApiCall' | 'AwsServiceEvent';
  readonly apiVersion?: string | undefined;
  readonly account: string;
  readonly isShared?: boolean;
}

/** Name and sentence of what a call was refused or failed with, as the caller got them. */
export interface EventError {
  readonly code: string;
  readonly message: string;
}

export function eventOf(parts: EventParts): AuditEvent {
  const { error, resources, additionalEventData, serviceEventDetails, apiVersion } = parts;
  return {
    eventVersion,
    userIdentity: parts.userIdentity,
    eventTime: eventTimeOf(parts.atMs),
    eventSource: parts.source,
    eventName: parts.name,
    awsRegion: parts.region,
    sourceIPAddress: parts.sourceIPAddress,
    userAgent: parts.userAgent,
    ...(error === undefined ? {} : { errorCode: errorCodeOf(error.code) }),
    ...(error === undefined || error.message === ''
      ? {}
      : { errorMessage: error.message.slice(0, errorMessageMax) }),
    requestParameters: bounded(parts.requestParameters ?? null),
    responseElements: error === undefined ? bounded(parts.responseElements ?? null) : null,
    ...(additionalEventData === undefined ? {} : { additionalEventData }),
    ...(serviceEventDetails === undefined ? {} : { serviceEventDetails }),
    requestID: parts.requestId ?? randomUUID(),
    eventID: randomUUID(),
    readOnly: parts.readOnly,
    ...(resources.length === 0 ? {} : { resources }),
    eventType: parts.type ?? 'AwsApiCall',
    ...(apiVersion === undefined ? {} : { apiVersion }),
    managementEvent: true,
    recipientAccountId: parts.account,
    ...(parts.isShared === true ? { sharedEventID: randomUUID() } : {}),
    eventCategory: 'Management',
  };
}

/** CloudTrail drops the ending of this one name. */
function errorCodeOf(name: string): string {
  return name === 'AccessDeniedException' ? 'AccessDenied' : name;
}
