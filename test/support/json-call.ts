/** Calls of the services in bare JSON, without a client's retries: a test sees each answer as it is. */
import type { Database } from '../../src/database.ts';

/** Calls one operation; rejects with an AnsweredFault, or with what broke the connection. */
export type JsonCall = (operation: string, input: object) => Promise<Output>;

/** A member that is not there is undefined: tests compare what they find. */
// biome-ignore lint/suspicious/noExplicitAny: an answer has as many shapes as there are operations.
export type Output = Record<string, any>;

/** The service answered, and not with an output. */
export class AnsweredFault extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, body: Output) {
    const type = String(body.__type ?? '').replace(/^.*#/, '');
    super(`${status} ${type}: ${body.message ?? body.Message ?? ''}`);
    this.status = status;
    this.type = type;
  }
}

const keyOperation =
  /^(CreateKey|DescribeKey|UpdateKeyDescription|DisableKey|EnableKey|CreateAlias|ListAliases|ListKeys|ScheduleKeyDeletion|CancelKeyDeletion|DeleteAlias|PutKeyPolicy|GetKeyPolicy|CreateGrant|ListGrants|RevokeGrant|EnableKeyRotation|DisableKeyRotation|GetKeyRotationStatus|RotateKeyOnDemand|ListKeyRotations|Encrypt|Decrypt)$/;
const streamOperation = /^(DescribeStream|GetShardIterator|GetRecords|ListStreams)$/;

function targetOf(operation: string): string {
  if (keyOperation.test(operation)) return 'TrentService';
  if (operation === 'LookupEvents') return 'CloudTrail_20131101';
  return streamOperation.test(operation) ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810';
}

/** What goes over a wire, whichever wire it is. */
export function jsonRequest(operation: string, input: object) {
  const isKey = keyOperation.test(operation) || operation === 'LookupEvents';
  return {
    headers: {
      'content-type': isKey ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0',
      'x-amz-target': `${targetOf(operation)}.${operation}`,
    },
    body: JSON.stringify(input),
  };
}

/** Of an operation without output, which has an empty body, an object without members. */
export function outputOf(status: number, body: string): Output {
  const output: Output = body === '' ? {} : JSON.parse(body);
  if (status !== 200) throw new AnsweredFault(status, output);
  return output;
}

/** Over HTTP. */
export function jsonCall(endpoint: string): JsonCall {
  return async (operation, input) => {
    const { headers, body } = jsonRequest(operation, input);
    const response = await fetch(endpoint, { method: 'POST', headers, body });
    return outputOf(response.status, await response.text());
  };
}

/** Without a socket. */
export function inProcessCall(database: Pick<Database, 'clientConfig'>): JsonCall {
  const { requestHandler } = database.clientConfig();
  return async (operation, input) => {
    const request = { method: 'POST', path: '/', ...jsonRequest(operation, input) };
    const { response } = await requestHandler.handle(request);
    return outputOf(response.statusCode, Buffer.from(response.body).toString());
  };
}
