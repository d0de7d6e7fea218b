import { expect, test } from 'vitest';
import { queryFault } from '../../src/api/query-errors.ts';
import { IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';

const message = 'a sentence';

test.each<[string, Refusal, string, number]>([
  ['wrong input', new Refusal('Validation', { message }), 'ValidationError', 400],
  ['no form', new Refusal('Serialization', { message }), 'MalformedInput', 400],
  ['an operation that is none', new Refusal('UnknownOperation', { message }), 'InvalidAction', 400],
  ['a wrong signature', new Refusal('InvalidSignature', { message }), 'SignatureDoesNotMatch', 403],
  ['half a signature', new Refusal('IncompleteSignature', { message }), 'IncompleteSignature', 400],
  ['no right', new Refusal('AccessDenied', { message }), 'AccessDenied', 403],
  ['no policy', new Refusal('MalformedPolicy', { message }), 'MalformedPolicyDocument', 400],
  ['who is not there', new Refusal('EntityNotFound', { message }), 'NoSuchEntity', 404],
  ['who is there', new Refusal('EntityExists', { message }), 'EntityAlreadyExists', 409],
  ['who is in use', new Refusal('EntityInUse', { message }), 'DeleteConflict', 409],
  ['too much', new Refusal('EntityLimit', { message }), 'LimitExceeded', 409],
  ['input that does not fit', new Refusal('EntityInput', { message }), 'InvalidInput', 400],
])('%s has the code of AWS', (_, fault, code, status) => {
  expect(queryFault(fault)).toEqual({ status, code, message, ours: false });
});

test.each<[string, Refusal, object]>([
  [
    'an unknown key',
    new Refusal('UnrecognizedClient', {}),
    {
      ...{ status: 403, code: 'InvalidClientTokenId' },
      message: 'The security token included in the request is invalid.',
    },
  ],
  [
    'a session whose time is up',
    new Refusal('TokenExpired', {}),
    { status: 403, code: 'ExpiredToken', message: 'The security token included in the request is expired' },
  ],
  [
    'a request without a signature',
    new Refusal('MissingAuthenticationToken', {}),
    { status: 403, code: 'MissingAuthenticationToken', message: 'Request is missing Authentication Token' },
  ],
  [
    'a declared identity',
    new Refusal('EntityFixed', { what: 'user a' }),
    {
      ...{ status: 400, code: 'UnmodifiableEntity' },
      message: 'The user a is declared in the file of identities: it is changed there, and by nobody else.',
    },
  ],
])('%s is told in words of its own', (_, fault, told) => {
  expect(queryFault(fault)).toEqual({ ...told, ours: false });
});

test.each<[string, unknown, string, number]>([
  ['a bug', new Error('inner secret'), 'InternalFailure', 500],
  ['tampering', new IntegrityFault({ record: 'r' }), 'InternalFailure', 500],
  ['a refusal of another service', new Refusal('KeyDisabled', { keyArn: 'k' }), 'InternalFailure', 500],
  ['an engine that closes', new Outage('Closed'), 'ServiceUnavailable', 503],
])('%s is ours, and told without why', (_, fault, code, status) => {
  const told = queryFault(fault);
  expect(told).toMatchObject({ code, status, ours: true });
  expect(told.message).not.toMatch(/secret|r$|k$/);
});
