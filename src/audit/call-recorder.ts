/** Where calls of a key service are written down, as those see it who make them. */
import type { KeyService } from '../kms/key-service.ts';
import type { KeyFinder } from './api-call.ts';
import type { EventError } from './event.ts';
import type { ServiceCall } from './service-call.ts';

export interface CallRecorder {
  /** Before a call. Throws, or rejects with, Outage AuditUnavailable where it could not be written down afterwards. */
  ready(): Promise<void> | undefined;
  /** Resolves once the call's record is durable. Where the service asks for itself, nobody waits: it is only noted. */
  serviceCall(call: ServiceCall): Promise<void> | undefined;
}

export interface RecordedServiceParts {
  readonly service: KeyService;
  readonly recorder: CallRecorder;
  readonly finder: KeyFinder;
  /** Keys whose use nobody sees: calls that concern one leave no record. */
  readonly isOwned: (keyArn: string) => boolean;
  /** Name and sentence of a refusal or a failure, as KMS words it. */
  readonly errorOf: (fault: unknown) => EventError;
}
