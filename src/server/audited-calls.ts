/** Writes calls of the APIs into the audit trail: no answer leaves before its record is durable (R-AUD-1). */
import { queryFault } from '../api/query-errors.ts';
import { wireFault } from '../api/wire-errors.ts';
import { type ApiCall, isRecorded, type RecordedApi } from '../audit/api-call.ts';
import type { EventError } from '../audit/event.ts';
import { claimedScope } from './authorization.ts';
import type { CallObserver, ObservedCall } from './call-observer.ts';
import { header, trustedKeyId } from './request.ts';

export interface CallLedger {
  /** Before a call. Throws, or rejects with, Outage AuditUnavailable. */
  ready(): Promise<void> | undefined;
  /** Resolves once the record is durable. */
  apiCall(call: ApiCall): Promise<void> | undefined;
}

export function auditedCalls(ledger: CallLedger): CallObserver {
  return {
    observes: (model, operation) => isRecorded(model, operation),
    async observe(call, run) {
      const { model } = call;
      if (!isRecorded(model, call.operation)) return await run(() => {});
      await ledger.ready();
      let input: object = {};
      const told = (outcome: ApiCall['outcome']) =>
        ledger.apiCall(apiCallOf(call, { api: model, input, outcome }));
      let output: object;
      try {
        output = await run((checked) => {
          input = checked;
        });
      } catch (fault) {
        await told({ error: errorOf(fault, model) });
        throw fault;
      }
      await told({ output });
      return output;
    },
  };
}

/** What the caller reads of a fault. */
export function errorOf(fault: unknown, model: RecordedApi): EventError {
  if (model === 'iam' || model === 'sts') {
    const { code, message } = queryFault(fault);
    return { code, message };
  }
  const { body } = wireFault(fault, model);
  const type = String(body.get('__type'));
  const message = body.get('message') ?? body.get('Message') ?? '';
  return { code: type.slice(type.indexOf('#') + 1), message: String(message) };
}

function apiCallOf(
  { operation, caller, request, requestId }: ObservedCall,
  told: Pick<ApiCall, 'api' | 'input' | 'outcome'>,
): ApiCall {
  const { connection, headers } = request;
  const claimedKeyId = caller.accessKeyId ?? claimedScope(request).accessKeyId;
  return {
    ...told,
    operation,
    caller: { ...caller, connection: connection.id },
    requestId,
    accessKeyId: claimedKeyId === trustedKeyId ? undefined : claimedKeyId,
    sourceAddress: connection.address,
    userAgent: header(headers, 'user-agent') ?? header(headers, 'x-amz-user-agent'),
  };
}
