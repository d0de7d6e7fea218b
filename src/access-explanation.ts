/** Why a caller may do something or not: by its own policies, and by the policy of the table or key that it is about. */
import type { Clock } from './base/clock.ts';
import { denialMessage } from './iam/denial.ts';
import type { NamedPolicy } from './iam/evaluate.ts';
import { explain } from './iam/explanation.ts';
import { policyDocument } from './iam/policy-document.ts';
import { rootArn } from './iam/principal.ts';
import { mergedFacts, requestFacts, timeFacts } from './iam/request-facts.ts';
import type { Identities } from './identities.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { Tables } from './tables/tables.ts';

export interface AccessQuestion {
  /** ARN of a user, a role or an account's root. */
  readonly principal: string;
  /** As `dynamodb:GetItem`. */
  readonly action: string;
  readonly resource: string;
  /** What conditions ask for, by the names of condition keys. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

export interface AccessExplanation {
  readonly allowed: boolean;
  /** What the caller would be told; absent where it is allowed. */
  readonly message?: string;
  readonly statements: readonly AccessStatement[];
  /** Condition keys that decide, and that the question says nothing of. */
  readonly missingContext: readonly string[];
}

export interface AccessStatement {
  readonly source: 'identity' | 'boundary' | 'session' | 'resource';
  readonly policy: string;
  /** Its Sid, or which one of its policy it is, from 1. */
  readonly statement: string;
  readonly effect: 'Allow' | 'Deny';
  /** What of it does not fit; absent where it applies. */
  readonly mismatch?: 'principal' | 'action' | 'resource' | 'condition';
}

interface Explaining {
  readonly identities: Identities;
  readonly tables: Tables;
  readonly kms: EmbeddedKms;
  readonly clock: Clock;
}

/** Refuses EntityNotFound. Grants of keys are not looked at: they are of single calls, with an encryption context. */
export function explainAccess(parts: Explaining, question: AccessQuestion): AccessExplanation {
  const { action, resource, context = {} } = question;
  const identity = parts.identities.callers.identityOf(question.principal);
  const { principal } = identity;
  const facts = mergedFacts(
    identity.facts,
    timeFacts(parts.clock.nowMs()),
    requestFacts(Object.entries(context)),
  );
  const [, resourceAccount = principal.account] = /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource) ?? [];
  const request = { principal, action, resource, resourceAccount, facts };
  const policy = tablePolicy(parts, resource) ?? keyPolicy(parts, resource);
  const inForce = { identity, resource: policy, resourceRequired: resource.startsWith('arn:aws:kms:') };
  const { decision, statements, missingContext } = explain(request, inForce);
  return {
    allowed: decision.allowed,
    ...(decision.allowed ? {} : { message: denialMessage(request, decision) }),
    statements: statements.map(({ source, policy: name, statement, mismatch }) => ({
      source,
      policy: name,
      statement: statement.sid ?? String(statement.index + 1),
      effect: statement.effect,
      ...(mismatch === undefined ? {} : { mismatch }),
    })),
    missingContext,
  };
}

function tablePolicy({ tables }: Explaining, resource: string): NamedPolicy | undefined {
  const [, arn = '', region = '', account = '', name = '', kind] =
    /^(arn:aws:dynamodb:([^:]*):(\d{12}):table\/([^/]+))(?:\/(stream|index|backup)\/.*)?$/.exec(resource) ??
    [];
  if (kind === 'backup') return undefined;
  const text = tables.annotations
    .judged({ account, region, name })
    ?.policy(kind === 'stream' ? resource : arn);
  return text === undefined
    ? undefined
    : { name: 'resource policy', document: policyDocument(text, 'table') };
}

function keyPolicy({ kms }: Explaining, resource: string): NamedPolicy | undefined {
  const [, region, account] = /^arn:aws:kms:([^:]*):(\d{12}):key\/[^/]+$/.exec(resource) ?? [];
  if (region === undefined || account === undefined) return undefined;
  const { policy } = kms.keys.read({ arn: rootArn(account), account, region }, 'GetKeyPolicy', resource);
  return { name: 'key policy', document: policyDocument(policy, 'key') };
}
