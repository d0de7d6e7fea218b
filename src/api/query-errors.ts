/** What the clients of AWS's Query protocol see of each fault: code, HTTP status and sentence. */
import { Refusal, type RefusalCode } from '../base/errors.ts';
import { wireFault } from './wire-errors.ts';

export interface QueryFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** The fault is ours and not the caller's: it goes to the log. */
  readonly ours: boolean;
}

interface CodeName {
  readonly code: string;
  readonly status: number;
  readonly message?: string;
}

/** What these services can refuse; all else has the name of the other services. */
const names: Partial<Record<RefusalCode, CodeName>> = {
  Validation: { code: 'ValidationError', status: 400 },
  Serialization: { code: 'MalformedInput', status: 400 },
  UnknownOperation: { code: 'InvalidAction', status: 400 },
  RequestTooLarge: { code: 'RequestEntityTooLarge', status: 413, message: 'The request is too large.' },
  MissingAuthenticationToken: { code: 'MissingAuthenticationToken', status: 403 },
  IncompleteSignature: { code: 'IncompleteSignature', status: 400 },
  InvalidSignature: { code: 'SignatureDoesNotMatch', status: 403 },
  UnrecognizedClient: { code: 'InvalidClientTokenId', status: 403 },
  TokenExpired: { code: 'ExpiredToken', status: 403 },
  AccessDenied: { code: 'AccessDenied', status: 403 },
  MalformedPolicy: { code: 'MalformedPolicyDocument', status: 400 },
  EntityNotFound: { code: 'NoSuchEntity', status: 404 },
  EntityExists: { code: 'EntityAlreadyExists', status: 409 },
  EntityInUse: { code: 'DeleteConflict', status: 409 },
  EntityLimit: { code: 'LimitExceeded', status: 409 },
  EntityInput: { code: 'InvalidInput', status: 400 },
  EntityFixed: { code: 'UnmodifiableEntity', status: 400 },
};

const internal: CodeName = {
  code: 'InternalFailure',
  status: 500,
  message: 'The request processing has failed because of an unknown error, exception or failure.',
};
const unavailable: CodeName = {
  code: 'ServiceUnavailable',
  status: 503,
  message: 'The service is unavailable. Please retry.',
};

/** Answers every fault there can be, as wireFault does. */
export function queryFault(fault: unknown): QueryFault {
  if (fault instanceof Refusal) {
    const named = nameOf(fault);
    if (named !== undefined) return { message: fault.message, ...named, ours: false };
  }
  const { status, ours } = wireFault(fault, 'kms');
  // A refusal of another service is a fault of ours here.
  const { message = '', ...name } = status === 503 ? unavailable : internal;
  return { ...name, message, ours: ours || fault instanceof Refusal };
}

function nameOf({ code }: Refusal): CodeName | undefined {
  return names[code];
}
