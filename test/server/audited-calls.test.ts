import { describe, expect, test } from 'vitest';
import type { ApiCall } from '../../src/audit/api-call.ts';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { auditedCalls, errorOf } from '../../src/server/audited-calls.ts';
import type { ObservedCall } from '../../src/server/call-observer.ts';
import { openConnection } from '../../src/server/connection.ts';
import { account, request } from './support.ts';

const caller = { arn: `arn:aws:iam::${account}:root`, account, region: 'us-east-1' };

function ledger({ isReady = true, isWritable = true } = {}) {
  const calls: ApiCall[] = [];
  const unavailable = () => Promise.reject(new Outage('AuditUnavailable'));
  return {
    calls,
    ready: () => (isReady ? undefined : unavailable()),
    apiCall: async (call: ApiCall) => {
      if (!isWritable) await unavailable();
      calls.push(call);
    },
  };
}

function observed(changes: Partial<ObservedCall> = {}): ObservedCall {
  const authorization = 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/kms/aws4_request';
  const headers = { authorization, 'user-agent': 'agent' };
  const { connection } = openConnection('192.0.2.1');
  const sent = { ...request({ headers }), connection };
  return { model: 'kms', operation: 'EnableKey', caller, request: sent, requestId: 'r', ...changes };
}

test('calls of items are not observed, and cost nothing', () => {
  const { observes } = auditedCalls(ledger());
  expect(observes('dynamodb', 'GetItem')).toBe(false);
  expect(observes('dynamodb', 'CreateTable')).toBe(true);
  expect(observes('kms', 'Decrypt')).toBe(true);
  expect(observes('cloudtrail', 'LookupEvents')).toBe(false);
});

describe('a call', () => {
  test('is answered once its record is written, with all that is known of it', async () => {
    const book = ledger();
    const call = observed();
    const answer = await auditedCalls(book).observe(call, (checked) => {
      checked({ KeyId: 'k' });
      expect(book.calls).toEqual([]);
      return { KeyState: 'Enabled' };
    });
    expect(answer).toEqual({ KeyState: 'Enabled' });
    expect(book.calls).toEqual([
      {
        api: 'kms',
        operation: 'EnableKey',
        caller: { ...caller, connection: call.request.connection.id },
        input: { KeyId: 'k' },
        outcome: { output: { KeyState: 'Enabled' } },
        requestId: 'r',
        accessKeyId: 'AKID',
        sourceAddress: '192.0.2.1',
        userAgent: 'agent',
      },
    ]);
  });

  test('that is refused has its record, and the refusal', async () => {
    const book = ledger();
    const refusal = new Refusal('KeyDisabled', { keyArn: 'arn' });
    const call = auditedCalls(book).observe(observed(), () => {
      throw refusal;
    });
    await expect(call).rejects.toBe(refusal);
    expect(book.calls).toMatchObject([
      { input: {}, outcome: { error: { code: 'DisabledException', message: 'arn is disabled.' } } },
    ]);
  });

  test('is not run where its record could not be written (R-AUD-1)', async () => {
    let ran = false;
    const run = () => {
      ran = true;
      return {};
    };
    const call = auditedCalls(ledger({ isReady: false })).observe(observed(), run);
    await expect(call).rejects.toMatchObject({ code: 'AuditUnavailable' });
    expect(ran).toBe(false);
  });

  test('is not answered where its record was not written (R-AUD-1)', async () => {
    const call = auditedCalls(ledger({ isWritable: false })).observe(observed(), () => ({ Plaintext: 'x' }));
    await expect(call).rejects.toMatchObject({ code: 'AuditUnavailable' });
  });

  test('of a client in this process names no access key', async () => {
    const book = ledger();
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=in-process/1/us-east-1/kms/aws4_request' };
    await auditedCalls(book).observe(observed({ request: request({ headers }) }), () => ({}));
    expect(book.calls[0]?.accessKeyId).toBeUndefined();
  });
});

test('errors are told as their caller reads them', () => {
  expect(errorOf(new Refusal('TableNotFound', { table: 'Books' }), 'dynamodb')).toEqual({
    code: 'ResourceNotFoundException',
    message: 'Requested resource not found: Table: Books not found',
  });
  expect(errorOf(new Refusal('EntityNotFound', { message: 'no such' }), 'iam')).toEqual({
    code: 'NoSuchEntity',
    message: 'no such',
  });
  expect(errorOf(new Error('inner'), 'kms')).toEqual({
    code: 'KMSInternalException',
    message: 'Internal server error',
  });
});
