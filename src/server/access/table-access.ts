/** Judges calls of DynamoDB and its streams: what each asks for, by the policies of its caller and of its tables. */
import { Refusal } from '../../base/errors.ts';
import type { CallerIdentity, NamedPolicy } from '../../iam/evaluate.ts';
import { type PolicyDocument, policyDocument, unreadablePolicy } from '../../iam/policy-document.ts';
import { type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { JudgedTable } from '../../tables/judged-table.ts';
import { isStreamArn } from '../../tables/stream/stream-arn.ts';
import type { Namespace } from '../../tables/table-name.ts';
import type { Judge } from '../service.ts';
import { itemFacts } from './item-facts.ts';
import { type Access, requireAccess } from './judge.ts';
import { type Ask, asksOf, type TableInput } from './table-asks.ts';

/** Where judged tables are found: tables/table-annotations.ts. */
export interface JudgedTables {
  judged(table: Namespace & { readonly name: string }): JudgedTable | undefined;
}

const resourceForm = /^(arn:aws:dynamodb:([^:]*):(\d{12}):table\/([^/:]+))(\/(stream|index|backup)\/.*)?$/;
/** Texts of policies by what they say: tables are asked again and again. */
const documentsMax = 1_000;
/** Accesses of one caller that are known to be allowed. */
const allowedMax = 10_000;

export function tableJudge(tables: JudgedTables): Judge {
  const documents = new PolicyTexts();
  const allowed = new AllowedAccesses();
  return (asked, operation, given) => {
    const { caller } = asked;
    const { identity } = caller;
    if (identity === undefined) return asked;
    const input = withStream(given);
    const asks = asksOf(operation, input, caller);
    for (const ask of asks)
      allowed.require(identity, accessOf(ask, { caller, identity, input, tables, documents }));
    const owner = ownerOf(asks);
    return owner === undefined || owner === caller.account
      ? asked
      : { ...asked, caller: { ...caller, account: owner } };
  };
}

/**
 * The account whose tables a request is about by their ARNs. It was found to be allowed there, and goes on in that account's
 * names; who asks stays in the identity. A request on tables of several accounts finds those of its own only.
 */
function ownerOf(asks: readonly Ask[]): string | undefined {
  const owners = new Set(asks.map(({ resource }) => resourceForm.exec(resource)?.[3]));
  const [owner] = owners;
  return owners.size === 1 ? owner : undefined;
}

interface Judging {
  readonly caller: Caller;
  readonly identity: CallerIdentity;
  readonly input: TableInput;
  readonly tables: JudgedTables;
  readonly documents: PolicyTexts;
}

function accessOf({ action, resource, item }: Ask, judging: Judging): Access {
  const { caller, identity, input, tables, documents } = judging;
  const [, arn = '', region = '', account, name, , kind] = resourceForm.exec(resource) ?? [];
  const table =
    name === undefined || account === undefined ? undefined : tables.judged({ account, region, name });
  const text = kind === 'backup' ? undefined : table?.policy(kind === 'stream' ? resource : arn);
  const policy = text === undefined ? undefined : documents.named(arn, text);
  let facts: RequestFacts | undefined;
  // Most policies ask nothing of a request, and most of the cost of a decision would be to have the answers.
  if (asksOfRequest(identity, policy)) {
    const { Tags = [], TagKeys } = input;
    facts = requestFacts([
      ...(item === undefined ? [] : itemFacts(item, table)),
      ['aws:TagKeys', TagKeys ?? Tags.map(({ Key }) => Key)],
      ...Tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value] as const),
      ...(table?.tags ?? []).map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value] as const),
    ]);
  }
  return {
    action: `dynamodb:${action}`,
    resource,
    resourceAccount: account ?? caller.account,
    facts,
    policy,
  };
}

/** An iterator names its stream; what else it says is sealed with that name, and no other goes with it. */
function withStream(given: object): TableInput {
  const input: TableInput & { readonly ShardIterator?: string } = given;
  const [arn = ''] = input.ShardIterator?.split('|', 1) ?? [];
  return isStreamArn(arn) ? { ...input, StreamArn: arn } : input;
}

const asking = new WeakMap<PolicyDocument, boolean>();

function asksOfRequest(
  { policies, boundary, session = [] }: CallerIdentity,
  resource: NamedPolicy | undefined,
): boolean {
  const asks = ({ document }: NamedPolicy) => {
    let known = asking.get(document);
    if (known === undefined) {
      known = document.statements.some(
        ({ conditions, resources }) =>
          conditions.length > 0 || resources?.names.some(({ pattern }) => pattern === undefined) === true,
      );
      asking.set(document, known);
    }
    return known;
  };
  return (
    policies.some(asks) ||
    session.some(asks) ||
    (boundary !== undefined && asks(boundary)) ||
    (resource !== undefined && asks(resource))
  );
}

/** What was allowed before, where nothing of the request decides: policies that change are other policies. */
class AllowedAccesses {
  readonly #allowed = new WeakMap<CallerIdentity['policies'], Set<string>>();

  /** Refuses AccessDenied. */
  require(identity: CallerIdentity, access: Access): void {
    const isLasting = access.facts === undefined && access.policy === undefined;
    if (!isLasting) {
      requireAccess(identity, [access]);
      return;
    }
    let known = this.#allowed.get(identity.policies);
    if (known === undefined || known.size >= allowedMax) {
      known = new Set();
      this.#allowed.set(identity.policies, known);
    }
    const name = `${access.action} ${access.resource}`;
    if (known.has(name)) return;
    requireAccess(identity, [access]);
    known.add(name);
  }
}

class PolicyTexts {
  readonly #documents = new Map<string, PolicyDocument>();

  named(name: string, text: string): NamedPolicy {
    let document = this.#documents.get(text);
    if (document === undefined) {
      if (this.#documents.size >= documentsMax) this.#documents.clear();
      document = read(text);
      this.#documents.set(text, document);
    }
    return { name, document };
  }
}

function read(text: string): PolicyDocument {
  try {
    return policyDocument(text, 'table');
  } catch (fault) {
    // Kept by a version that took more: better nobody is let in than a Deny forgotten.
    if (fault instanceof Refusal) return unreadablePolicy;
    throw fault;
  }
}
