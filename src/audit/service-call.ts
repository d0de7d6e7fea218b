/** From what the table service asks of a key service to its record in the audit trail (aws-behaviour §2.2, §2.6). */
import type { Caller, EncryptionContext } from '../kms/key-service.ts';
import { type AuditEvent, type EventError, type EventFields, eventOf } from './event.ts';
import { keyResource } from './key-event.ts';
import { identityOf, serviceIdentity } from './user-identity.ts';

export type ServiceOperation = 'DescribeKey' | 'GenerateDataKey' | 'Decrypt' | 'CreateGrant' | 'RetireGrant';

/** What one call was about, and what became of it. */
export interface ServiceCall {
  readonly operation: ServiceOperation;
  readonly caller: Caller;
  /** Absent where nobody could tell which key was meant. */
  readonly keyArn?: string | undefined;
  readonly context?: EncryptionContext | undefined;
  readonly requestParameters: EventFields | null;
  readonly responseElements?: EventFields | undefined;
  readonly additionalEventData?: EventFields | undefined;
  readonly error?: EventError | undefined;
}

const tableService = 'dynamodb.amazonaws.com';
/** What it does with the grant it has, whoever asked for the table. */
const ownOperations: ReadonlySet<ServiceOperation> = new Set(['GenerateDataKey', 'RetireGrant']);

/** True where the service acts for itself: no request of a caller waits for the answer. */
export function isServiceItself({ arn, service }: Caller): boolean {
  return service !== undefined && !arn.startsWith('arn:');
}

export function serviceEvent(call: ServiceCall, atMs: number): AuditEvent {
  const { operation, caller, keyArn, error, additionalEventData } = call;
  const isOwn = ownOperations.has(operation) || isServiceItself(caller);
  const { accessKeyId } = caller;
  return eventOf({
    userIdentity: isOwn
      ? serviceIdentity(tableService)
      : identityOf(caller, { accessKeyId, invokedBy: tableService }),
    atMs,
    source: 'kms.amazonaws.com',
    name: operation,
    region: caller.region,
    account: caller.account,
    sourceIPAddress: tableService,
    userAgent: tableService,
    error,
    requestParameters: call.requestParameters,
    responseElements: call.responseElements ?? null,
    additionalEventData,
    readOnly: operation !== 'CreateGrant' && operation !== 'RetireGrant',
    resources: keyArn === undefined ? [] : [keyResource(keyArn)],
    isShared: isOwn,
  });
}
