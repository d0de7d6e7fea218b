/** What is known of a request, for the conditions of policies to ask: values by the names of condition keys. */
import type { Principal } from './principal.ts';

/** By name in lower case, as names are compared in any case. A key without values is a key that is absent. */
export type RequestFacts = ReadonlyMap<string, readonly string[]>;

export type FactValue = string | number | boolean | readonly string[] | undefined;

export const noFacts: RequestFacts = new Map();

/** Of two facts of one name the last counts. */
export function requestFacts(entries: Iterable<readonly [key: string, value: FactValue]>): RequestFacts {
  const facts = new Map<string, readonly string[]>();
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    facts.set(key.toLowerCase(), typeof value === 'object' ? value : [String(value)]);
  }
  return facts;
}

/** Later ones win. */
export function mergedFacts(...many: readonly RequestFacts[]): RequestFacts {
  return new Map(many.flatMap((facts) => [...facts]));
}

interface KnownOfPrincipal {
  readonly tags?: ReadonlyMap<string, string>;
  readonly userId?: string;
  readonly userName?: string;
}

const types: Readonly<Partial<Record<Principal['kind'], string>>> = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
};

export function principalFacts(
  principal: Principal,
  { tags = new Map(), userId, userName }: KnownOfPrincipal = {},
): RequestFacts {
  const { kind, account, arn, roleArn } = principal;
  const isService = kind === 'service';
  return requestFacts([
    ['aws:PrincipalIsAWSService', isService],
    ['aws:PrincipalServiceName', isService ? arn : undefined],
    ['aws:PrincipalServiceNamesList', isService ? [arn] : undefined],
    ['aws:PrincipalAccount', isService ? undefined : account],
    // A session stands there as its role.
    ['aws:PrincipalArn', isService ? undefined : (roleArn ?? arn)],
    ['aws:PrincipalType', types[kind]],
    ['aws:userid', userId],
    ['aws:username', userName],
    ...[...tags].map(([tag, value]) => [`aws:PrincipalTag/${tag}`, value] as const),
  ]);
}

export function timeFacts(nowMs: number): RequestFacts {
  return requestFacts([
    ['aws:CurrentTime', `${new Date(nowMs).toISOString().slice(0, 19)}Z`],
    ['aws:EpochTime', Math.floor(nowMs / 1000)],
  ]);
}
