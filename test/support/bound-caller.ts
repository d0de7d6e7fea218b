/** Callers whom policies bind, as authentication hands them on. */
import type { NamedPolicy } from '../../src/iam/evaluate.ts';
import { policyDocument } from '../../src/iam/policy-document.ts';
import { principalOf } from '../../src/iam/principal.ts';
import { principalFacts } from '../../src/iam/request-facts.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import { region } from './embedded-kms.ts';

interface Limits {
  readonly boundary?: string;
  readonly session?: readonly string[];
  readonly tags?: ReadonlyMap<string, string>;
}

/** Of the account in the ARN, with these identity policies. */
export function boundCaller(
  arn: string,
  policies: readonly string[],
  { boundary, session, tags = new Map() }: Limits = {},
): Caller {
  const account = arn.split(':')[4] ?? '';
  const principal = principalOf(arn, account);
  return {
    arn,
    account,
    region,
    identity: {
      principal,
      facts: principalFacts(principal, { tags, userName: arn.slice(arn.lastIndexOf('/') + 1) }),
      policies: policies.map(named),
      ...(boundary !== undefined && { boundary: named(boundary, 0) }),
      ...(session !== undefined && { session: session.map(named) }),
    },
  };
}

export function allowing(action: string | readonly string[], resource: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: action, Resource: resource }],
  });
}

function named(text: string, index: number): NamedPolicy {
  return { name: `policy ${index}`, document: policyDocument(text, 'identity') };
}
