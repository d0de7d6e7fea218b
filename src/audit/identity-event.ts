/** What the audit shows of calls on identities: who was made, changed or assumed, and never a secret or a policy's text. */
import type { EventFields, EventResource } from './event.ts';
import { fieldsOf } from './event-fields.ts';

export type IdentityApi = 'iam' | 'sts';

const hidden: ReadonlySet<string> = new Set([
  ...['SecretAccessKey', 'SessionToken', 'TokenCode', 'WebIdentityToken', 'SAMLAssertion', 'Password'],
  ...['PolicyDocument', 'AssumeRolePolicyDocument', 'Policy', 'Document', 'PolicyInputList', 'Marker'],
]);

const reading = /^(Get|List|Simulate)/;

export const identitySources = { iam: 'iam.amazonaws.com', sts: 'sts.amazonaws.com' } as const;

/** CloudTrail takes all operations of STS for reading: they change nothing that is kept. */
export function isReadingIdentities(api: IdentityApi, operation: string): boolean {
  return api === 'sts' || reading.test(operation);
}

export function identityParameters(input: object): EventFields | null {
  const fields = fieldsOf(input, (member) => !hidden.has(member));
  return Object.keys(fields).length === 0 ? null : fields;
}

/** Of what was made or assumed; what is only read is not repeated. */
export function identityAnswer(api: IdentityApi, operation: string, output: object): EventFields | null {
  const isTold = api === 'sts' ? operation.startsWith('Assume') : !reading.test(operation);
  return isTold ? identityParameters(output) : null;
}

const roleForm = /^arn:aws[a-z-]*:iam::(\d{12}):role\/.+$/s;

/** The role that is assumed, whosever it is. */
export function identityResources(operation: string, input: object): readonly EventResource[] {
  const ARN: unknown = operation === 'AssumeRole' ? Reflect.get(input, 'RoleArn') : undefined;
  const accountId = typeof ARN === 'string' ? roleForm.exec(ARN)?.[1] : undefined;
  return accountId === undefined ? [] : [{ accountId, type: 'AWS::IAM::Role', ARN: String(ARN) }];
}
