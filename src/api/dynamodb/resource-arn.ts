/** The table that a request on tags or policies names, by the ARN of it or of something that is its own. */
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../../kms/key-service.ts';

const resourceForm = /^(arn:aws:dynamodb:([^:]*):([^:]*):table\/([a-zA-Z0-9_.-]{3,255}))(\/stream\/[^/]+)?$/;

export interface NamedResource {
  /** As the request has it. */
  readonly arn: string;
  readonly tableArn: string;
  /** It is a stream of the table, and not the table. */
  readonly isStream: boolean;
}

/** Refuses Validation for what is no table's or stream's ARN, or absent, and AccessDenied for one of another account. */
export function namedResource(caller: Caller, operation: string, arn: string | undefined): NamedResource {
  if (arn === undefined) throw new Refusal('Validation', { message: 'Invalid TableArn' });
  const [, tableArn, region, account, , stream] = resourceForm.exec(arn) ?? [];
  if (tableArn === undefined || region !== caller.region) throw invalid(arn);
  if (account !== caller.account) {
    const message = `User: ${caller.arn} is not authorized to perform: dynamodb:${operation} on resource: ${arn}`;
    throw new Refusal('AccessDenied', { message });
  }
  return { arn, tableArn, isStream: stream !== undefined };
}

/** As namedResource, for what only tables have. */
export function namedTable(caller: Caller, operation: string, given: string | undefined): string {
  const { arn, tableArn, isStream } = namedResource(caller, operation, given);
  if (isStream) throw invalid(arn);
  return tableArn;
}

function invalid(arn: string): Refusal {
  const message = `Invalid TableArn: Invalid ResourceArn provided as input ${arn}`;
  return new Refusal('Validation', { message });
}
