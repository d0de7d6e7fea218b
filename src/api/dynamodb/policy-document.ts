/** What may be kept as a policy of a table or stream: a document in form, not too long, that locks nobody out by mistake. */
import { utf8Bytes } from '../../base/bytes.ts';
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../../kms/key-service.ts';

/** Blanks count. */
export const policyBytesMax = 20 * 1024;

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

/** The statements. Refuses Validation for what is no policy. */
export function checkedPolicy(text: string): readonly Statement[] {
  if (utf8Bytes(text) > policyBytesMax) refuse(`The policy is longer than ${policyBytesMax} bytes`);
  const document = parsed(text);
  const { Version, Statement: given } = document as {
    readonly Version?: unknown;
    readonly Statement?: unknown;
  };
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    refuse('The policy has a version that is not known');
  }
  const statements = listOf(given);
  if (statements.length === 0) refuse('The policy has no statement');
  return statements.map(checkedStatement);
}

/** True where a statement forbids this caller to change the policy ever again. */
export function locksOut(statements: readonly Statement[], caller: Caller): boolean {
  return statements.some(
    ({ Effect, Principal, Action, Condition }) =>
      Effect === 'Deny' &&
      Condition === undefined &&
      names(caller, Principal) &&
      listOf(Action).some(
        (action) => typeof action === 'string' && covers(action, 'dynamodb:PutResourcePolicy'),
      ),
  );
}

function checkedStatement(statement: unknown): Statement {
  if (typeof statement !== 'object' || statement === null) refuse('A statement of the policy is no object');
  const { Effect, Principal, NotPrincipal, Action, NotAction } = statement as Statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') refuse('A statement of the policy has no effect');
  if ((Principal === undefined) === (NotPrincipal === undefined)) {
    refuse('A statement of the policy has no principal, or two kinds of them');
  }
  if ((Action === undefined) === (NotAction === undefined)) {
    refuse('A statement of the policy has no action, or two kinds of them');
  }
  return statement as Statement;
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // As any other text that is no document.
  }
  refuse('The policy is no JSON object');
}

function names({ arn, account }: Caller, principal: unknown): boolean {
  if (principal === '*') return true;
  if (typeof principal !== 'object' || principal === null || !('AWS' in principal)) return false;
  const own = ['*', arn, account, `arn:aws:iam::${account}:root`];
  return listOf(principal.AWS).some((each) => typeof each === 'string' && own.includes(each));
}

/** True where the pattern, in which `*` stands for anything, covers the action. */
function covers(pattern: string, action: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const text = action.toLowerCase();
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1) ?? '';
  return text.length - last.length >= at && text.endsWith(last);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function refuse(why: string): never {
  throw new Refusal('Validation', { message: `Invalid policy document: ${why}` });
}
