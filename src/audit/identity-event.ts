/** What the audit shows of calls on identities: who was made, changed or assumed, and never a secret or a policy's text. */
import type { EventFields } from './event.ts';
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
