/** Policies judged once more, in the plainest way: over their JSON, with nothing in common with src/iam. */

export interface NaivePrincipal {
  readonly arn: string;
  readonly account: string;
  readonly isService: boolean;
}

export interface NaiveGrant {
  readonly grantee: string;
  readonly operations: readonly string[];
  readonly equals?: Readonly<Record<string, string>>;
  readonly subset?: Readonly<Record<string, string>>;
}

export interface NaiveRequest {
  readonly principal: NaivePrincipal;
  /** With `kms:`. */
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string>>;
  /** Condition keys as AWS writes them. */
  readonly facts: Readonly<Record<string, readonly string[]>>;
  readonly keyPolicy: string;
  /** Undefined: nobody's policies bind the caller. */
  readonly identity?: readonly string[] | undefined;
  readonly boundary?: string | undefined;
  readonly session?: readonly string[] | undefined;
  readonly grants: readonly NaiveGrant[];
}

// biome-ignore lint/suspicious/noExplicitAny: JSON of any form is the point here
type Json = any;

const list = (value: Json): Json[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function wild(pattern: string, text: string): boolean {
  const source = [...pattern]
    .map((c) => (c === '*' ? '[^]*' : c === '?' ? '[^]' : c.replace(/[.+^${}()|[\]\\/-]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`).test(text);
}

function wildArn(pattern: string, arn: string): boolean {
  const [p, a] = [pattern.split(':'), arn.split(':')];
  if (p.length === 1) return wild(pattern, arn);
  if (a.length < 6) return false;
  return p.every((part, n) => {
    if (n < 5) return wild(part, a[n] ?? '');
    return n > 5 || wild(p.slice(5).join(':'), a.slice(5).join(':'));
  });
}

function withVariables(text: string, { facts }: NaiveRequest, version: string): string | undefined {
  if (version !== '2012-10-17') return text;
  let unknown = false;
  const out = text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (['*', '?', '$'].includes(name)) return `\u0000${name}`;
    const values = Object.entries(facts).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? [];
    if (values.length !== 1) unknown = true;
    return (values[0] ?? '').replace(/[*?]/g, '\u0000$&');
  });
  return unknown ? undefined : out;
}

/** Where `\u0000` stands before a character, the character is meant itself. */
const plain = (text: string) => text.replaceAll('\u0000', '');
function wildQuoted(pattern: string, text: string, match: typeof wild): boolean {
  if (!pattern.includes('\u0000')) return match(pattern, text);
  // A private character takes the place of each quoted one, on both sides.
  const swap = (s: string) => s.replaceAll('*', '\ue000').replaceAll('?', '\ue001');
  const quoted = pattern
    .replaceAll('\u0000*', '\ue000')
    .replaceAll('\u0000?', '\ue001')
    .replaceAll('\u0000$', '$');
  return match(quoted, swap(text));
}

function compare(name: string, want: string, have: string): boolean {
  const number = (s: string) => (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(s) ? Number(s) : Number.NaN);
  const date = (s: string) => (/^\d{4}(-|$)/.test(s) ? Date.parse(s) : number(s) * 1000);
  if (name === 'StringEquals' || name === 'BinaryEquals') return plain(want) === have;
  if (name === 'StringEqualsIgnoreCase' || name === 'Bool')
    return plain(want).toLowerCase() === have.toLowerCase();
  if (name === 'StringLike') return wildQuoted(want, have, wild);
  if (name === 'ArnLike' || name === 'ArnEquals') return wildQuoted(want, have, wildArn);
  const [kind, how] = name.startsWith('Numeric') ? [number, name.slice(7)] : [date, name.slice(4)];
  const [w, h] = [kind(want), kind(have)];
  if (how === 'Equals') return h === w;
  if (how === 'LessThan') return h < w;
  if (how === 'LessThanEquals') return h <= w;
  if (how === 'GreaterThan') return h > w;
  if (how === 'GreaterThanEquals') return h >= w;
  throw new Error(`the naive evaluator does not know ${name}`);
}

function conditionHolds(
  operator: string,
  key: string,
  value: Json,
  effect: string,
  request: NaiveRequest,
  version: string,
): boolean {
  const values = Object.entries(request.facts)
    .filter(([name]) => name.toLowerCase() === key.toLowerCase())
    .flatMap(([, have]) => have);
  const wants = list(value).map((want) => withVariables(String(want), request, version));
  if (operator.endsWith('Null')) {
    return wants.some((want) => want?.toLowerCase() === (values.length === 0 ? 'true' : 'false'));
  }
  let name = operator;
  const any = name.startsWith('ForAnyValue:');
  const all = name.startsWith('ForAllValues:');
  name = name.replace(/^For(Any|All)Values?:/, '');
  const ifExists = name.endsWith('IfExists');
  name = name.replace(/IfExists$/, '');
  const not = name.includes('Not');
  name = name.replace('Not', '');
  if (values.length === 0) {
    if (ifExists || all) return true;
    return any ? false : not;
  }
  const good = (have: string) =>
    wants.some((want) => want !== undefined && compare(name, want, have)) !== not;
  if (all) return values.every(good);
  if (any) return values.some(good);
  return effect === 'Allow' ? values.every(good) : values.some(good);
}

type Named = 'self' | 'account' | undefined;

function roleOf(arn: string): string | undefined {
  return /^arn:[^:]+:sts::\d+:assumed-role\/([^/]+)\//.exec(arn)?.[1];
}

function nameMatch(name: string, { arn, account, isService }: NaivePrincipal): Named {
  if (isService) return undefined;
  if (name === arn) return 'self';
  const role = roleOf(arn);
  if (
    role !== undefined &&
    name.startsWith(`arn:aws:iam::${account}:role/`) &&
    name.split('/').at(-1) === role
  ) {
    return 'self';
  }
  const isAccount = name === account || name === `arn:aws:iam::${account}:root`;
  if (!isAccount) return undefined;
  return arn.endsWith(':root') ? 'self' : 'account';
}

function principalMatch(principal: Json, who: NaivePrincipal): Named {
  if (principal === '*') return 'self';
  const aws = list(principal.AWS);
  if (aws.includes('*')) return 'self';
  if (who.isService) return list(principal.Service).includes(who.arn) ? 'self' : undefined;
  const found = aws.map((name) => nameMatch(name, who));
  return found.includes('self') ? 'self' : found.find((each) => each !== undefined);
}

/** NotPrincipal with Deny spares only whoever is named whole: account, role and session. */
function isSpared(principal: Json, who: NaivePrincipal): boolean {
  if (principal === '*' || list(principal.AWS).includes('*')) return true;
  if (who.isService) return list(principal.Service).includes(who.arn);
  const aws = list(principal.AWS);
  const namesAccount = aws.some(
    (name) => name === who.account || name === `arn:aws:iam::${who.account}:root`,
  );
  if (!namesAccount) return false;
  if (who.arn.endsWith(':root')) return true;
  if (!aws.includes(who.arn)) return false;
  const role = roleOf(who.arn);
  if (role === undefined) return true;
  return aws.some((name) => name !== who.arn && nameMatch(name, who) === 'self');
}

/** What the statement means for the request: undefined where it does not apply. */
function statementNaming(statement: Json, request: NaiveRequest, version: string): Named {
  const { Effect } = statement;
  const actions = list(statement.Action ?? statement.NotAction);
  const isNamed = actions.some((action) => wild(action.toLowerCase(), request.action.toLowerCase()));
  if (isNamed !== (statement.Action !== undefined)) return undefined;
  const given = statement.Resource ?? statement.NotResource;
  if (given === undefined) return undefined;
  const resources = list(given).map((each) => withVariables(each, request, version));
  const isResource = resources.some(
    (each) => each !== undefined && wildQuoted(each, request.resource, wildArn),
  );
  if (isResource !== (statement.Resource !== undefined)) return undefined;
  const wanted = Object.values(statement.Condition ?? {}).flatMap((keys: Json) =>
    Object.values(keys).flatMap(list),
  );
  const known = wanted.every((want) => withVariables(String(want), request, version) !== undefined);
  if (Effect === 'Allow' && !(known && resources.every((each) => each !== undefined))) return undefined;
  for (const [operator, keys] of Object.entries<Json>(statement.Condition ?? {})) {
    for (const [key, value] of Object.entries(keys)) {
      if (!conditionHolds(operator, key, value, Effect, request, version)) return undefined;
    }
  }
  if (statement.Principal !== undefined) return principalMatch(statement.Principal, request.principal);
  if (statement.NotPrincipal === undefined) return 'self';
  if (Effect === 'Deny') return isSpared(statement.NotPrincipal, request.principal) ? undefined : 'self';
  return principalMatch(statement.NotPrincipal, request.principal) === undefined ? 'self' : undefined;
}

function namings(policy: string, effect: string, request: NaiveRequest): Named[] {
  const { Version, Statement } = JSON.parse(policy);
  return list(Statement)
    .filter((statement) => statement.Effect === effect)
    .map((statement) => statementNaming(statement, request, Version ?? '2008-10-17'))
    .filter((naming) => naming !== undefined);
}

function grantNaming({ grantee, operations, equals, subset }: NaiveGrant, request: NaiveRequest): Named {
  if (!operations.includes(request.action.slice(4))) return undefined;
  const { context } = request;
  if (request.action !== 'kms:DescribeKey') {
    const has = (pairs: Readonly<Record<string, string>>) =>
      Object.entries(pairs).every(([key, value]) => context[key] === value);
    if (subset !== undefined && !has(subset)) return undefined;
    if (
      equals !== undefined &&
      !(has(equals) && Object.keys(equals).length === Object.keys(context).length)
    ) {
      return undefined;
    }
  }
  if (!request.principal.isService) return nameMatch(grantee, request.principal);
  return grantee === request.principal.arn ? 'self' : undefined;
}

/** `explicit`, or the kind of policy that does not allow it; undefined where it is allowed. */
export function naiveDenial(request: NaiveRequest): string | undefined {
  const { principal, keyPolicy, identity, boundary, session = [], grants } = request;
  const isRoot = identity === undefined || principal.arn.endsWith(':root');
  const own = isRoot || principal.isService ? [] : (identity ?? []);
  const limits = isRoot || principal.isService || boundary === undefined ? [] : [boundary];
  const sessions = principal.isService || identity === undefined ? [] : session;
  const denied = [...own, ...limits, ...sessions, keyPolicy].some(
    (policy) => namings(policy, 'Deny', request).length > 0,
  );
  if (denied) return 'explicit';
  const allows = (policies: readonly string[]) =>
    policies.some((policy) => namings(policy, 'Allow', request).length > 0);
  if (limits.length > 0 && !allows(limits)) return 'boundary';
  if (sessions.length > 0 && !allows(sessions)) return 'session';
  const byKey = namings(keyPolicy, 'Allow', request);
  const byGrant = grants.map((grant) => grantNaming(grant, request));
  const isSelf = byKey.includes('self') || byGrant.includes('self');
  const isAny = isSelf || byKey.length > 0 || byGrant.some((naming) => naming !== undefined);
  if (principal.isService) return isSelf ? undefined : 'resource';
  const byIdentity = isRoot || allows(own);
  if (principal.account === request.resourceAccount) {
    if (isSelf) return undefined;
    if (!isAny) return 'resource';
    return byIdentity ? undefined : 'identity';
  }
  if (!isAny) return 'resource';
  return byIdentity || byGrant.includes('self') ? undefined : 'identity';
}
