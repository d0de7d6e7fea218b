/** A policy as a document of statements, read strictly: what cannot be understood is refused. */
import { type PolicySentences, Refusal } from '../base/errors.ts';
import { isOperator, isValueOf, type PolicyCondition } from './condition.ts';
import { isConditionKey, overlyPermissive } from './condition-key.ts';
import { policyJson } from './policy-json.ts';
import { type PolicyText, policyText } from './policy-text.ts';
import { accountOf, type PolicyPrincipals } from './principal.ts';

/**
 * What it is attached to. Identity: users, roles, sessions, and what bounds them; it has no Principal, the others have.
 * Key and table: resources. Trust: roles, and it has no Resource.
 */
export type PolicyKind = 'identity' | 'key' | 'table' | 'trust';

/** What a statement names, or all but that. */
export interface PolicyPart<Names> {
  readonly except: boolean;
  readonly names: Names;
}

export interface PolicyStatement {
  /** From zero. */
  readonly index: number;
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Undefined in identity policies: whoever has them. */
  readonly principals: PolicyPart<PolicyPrincipals> | undefined;
  /** In lower case. */
  readonly actions: PolicyPart<readonly PolicyText[]>;
  /** Undefined: the statement has no effect. */
  readonly resources: PolicyPart<readonly PolicyText[]> | undefined;
  /** All must hold. */
  readonly conditions: readonly PolicyCondition[];
}

export interface PolicyDocument {
  readonly statements: readonly PolicyStatement[];
}

type Json = Readonly<Record<string, unknown>>;

interface Reading {
  readonly kind: PolicyKind;
  /** What `${…}` means depends on the version of the language. */
  readonly variables: boolean;
}

const currentVersion = '2012-10-17';
const documentElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction'],
  ...['Resource', 'NotResource', 'Condition'],
];
const actionForm = /^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$/;
const resourceForm = /^(\*|arn:.+)$/s;
const accountForm = /^([0-9]{12}|\*)$/;
const serviceForm = /^[a-zA-Z0-9.-]+\.amazonaws\.com(\.cn)?$/;

/** What an element of a statement names: strings, and what AWS says of an identity policy where there is none or a wrong one. */
interface TextsOf {
  readonly what: string;
  readonly form: RegExp;
  readonly none?: string;
  readonly wrong?: (text: string) => string;
}

const actionTexts = {
  what: 'An Action',
  form: actionForm,
  none: 'Policy statement must contain actions.',
  wrong: () => 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
} as const;
const resourceTexts = {
  what: 'A Resource',
  form: resourceForm,
  none: 'Policy statement must contain resources.',
  wrong: (text: string) => `Resource ${text} must be in ARN format or "*".`,
} as const;
/** As AWS words it of policies of resources. */
export const invalidPrincipals = 'Policy contains a statement with one or more invalid principals.';
const everything: PolicyPart<readonly PolicyText[]> = { except: false, names: plain(['*']) };

/** In place of a policy that is stored and can no more be read: nobody may do anything. */
export const unreadablePolicy: PolicyDocument = {
  statements: [
    {
      index: 0,
      effect: 'Deny',
      principals: { except: false, names: { accounts: ['*'], services: [] } },
      actions: everything,
      resources: everything,
      conditions: [],
    },
  ],
};

/** Refuses MalformedPolicy. */
export function policyDocument(text: string, kind: PolicyKind): PolicyDocument {
  const document = policyJson(text);
  if (document === undefined)
    throw malformed('A policy is valid JSON.', { trust: 'This policy contains invalid Json' });
  if (!isObject(document)) throw malformed('A policy is a JSON object.');
  requireElements(document, documentElements);
  const { Version, Id, Statement } = document;
  if (Version !== undefined && Version !== currentVersion && Version !== '2008-10-17') {
    throw malformed('The Version of a policy is 2012-10-17 or 2008-10-17.');
  }
  if (Id !== undefined && typeof Id !== 'string') throw malformed('The Id of a policy is a string.');
  const one = Statement === undefined ? [] : [Statement];
  const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : one;
  if (statements.length === 0) {
    throw malformed('A policy has at least one Statement.', missing('Statement'));
  }
  const reading = { kind, variables: Version === currentVersion };
  return { statements: statements.map((json, index) => statementOf(json, { ...reading, index })) };
}

function statementOf(json: unknown, reading: Reading & { index: number }): PolicyStatement {
  if (!isObject(json)) throw malformed('A Statement of a policy is a JSON object.');
  requireElements(json, statementElements);
  const { Sid, Effect, Condition = {} } = json;
  if (Sid !== undefined && typeof Sid !== 'string') throw malformed('The Sid of a Statement is a string.');
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    const theirs = Effect === undefined ? missing('Effect') : {};
    throw malformed('The Effect of a Statement is Allow or Deny.', theirs);
  }
  const actions = part(json, 'Action', (value) => {
    return plain(texts(value, actionTexts).map((action) => action.toLowerCase()));
  });
  if (actions === undefined) {
    throw malformed('A Statement has an Action or a NotAction.', {
      identity: actionTexts.none,
      ...missing('Action'),
    });
  }
  return {
    index: reading.index,
    ...(Sid === undefined ? {} : { sid: Sid }),
    effect: Effect,
    principals: principalsPart(json, reading.kind),
    actions,
    resources: resourcesPart(json, reading),
    conditions: conditionsOf(Condition, reading),
  };
}

function principalsPart(json: Json, kind: PolicyKind): PolicyStatement['principals'] {
  const principals = part(json, 'Principal', (value) => principalsOf(value, kind));
  if (kind === 'identity') {
    if (principals === undefined) return undefined;
    throw malformed('An identity policy says nothing of a Principal: it is of whoever it is attached to.', {
      identity: 'Policy document should not specify a principal.',
    });
  }
  if (principals !== undefined) return principals;
  throw malformed('A Statement of this policy has a Principal or a NotPrincipal.', missing('Principal'));
}

function resourcesPart(json: Json, { kind, variables }: Reading): PolicyStatement['resources'] {
  const resources = part(json, 'Resource', (value) =>
    texts(value, resourceTexts).map((text) => withVariables(text, variables)),
  );
  if (kind === 'trust') {
    if (resources === undefined) return everything;
    throw malformed('A trust policy says nothing of a Resource: it is the role that it is attached to.', {
      trust: 'Has prohibited field Resource',
    });
  }
  // Key policies are taken without one, and then say nothing.
  if (resources !== undefined || kind === 'key') return resources;
  throw malformed('A Statement of this policy has a Resource or a NotResource.', {
    identity: resourceTexts.none,
  });
}

/** An element or its Not-twin. */
function part<Names>(
  json: Json,
  element: string,
  read: (value: unknown) => Names,
): PolicyPart<Names> | undefined {
  const [given, excepted] = [json[element], json[`Not${element}`]];
  if (given !== undefined && excepted !== undefined) {
    throw malformed(`A Statement has a ${element} or a Not${element}, not both.`);
  }
  if (given !== undefined) return { except: false, names: read(given) };
  return excepted === undefined ? undefined : { except: true, names: read(excepted) };
}

function principalsOf(value: unknown, kind: PolicyKind): PolicyPrincipals {
  if (value === '*') return { accounts: ['*'], services: [] };
  if (!isObject(value) || Object.keys(value).length === 0) throw malformed(invalidPrincipals);
  // Nobody comes here by way of another identity provider: such a name is taken, and never meets anyone.
  requireElements(value, kind === 'trust' ? ['AWS', 'Service', 'Federated'] : ['AWS', 'Service']);
  const [accounts = [], services = []] = ['AWS', 'Service', 'Federated'].map((element) =>
    value[element] === undefined ? [] : texts(value[element], { what: 'A Principal', form: /./ }),
  );
  const account = accounts.find((name) => !isAccountPrincipal(name));
  const service = services.find((name) => !serviceForm.test(name));
  if (account !== undefined || service !== undefined) {
    const element = account === undefined ? 'SERVICE' : 'AWS';
    const named = invalidTrust(element, account ?? service ?? '');
    throw malformed(kind === 'trust' ? named : invalidPrincipals);
  }
  return { accounts, services };
}

/** As AWS words it of trust policies. */
export function invalidTrust(element: 'AWS' | 'SERVICE', name: string): string {
  return `Invalid principal in policy: "${element}":"${name}"`;
}

function isAccountPrincipal(principal: string): boolean {
  if (accountForm.test(principal)) return true;
  return !/[*?]/.test(principal) && accountOf(principal) !== undefined;
}

function conditionsOf(json: unknown, reading: Reading): readonly PolicyCondition[] {
  if (!isObject(json)) throw malformed('The Condition of a Statement is a JSON object.');
  return Object.entries(json).flatMap(([operator, keys]) => {
    if (!isOperator(operator)) throw malformed(`${operator} is no operator of conditions.`);
    if (!isObject(keys)) throw malformed('A condition names its keys in a JSON object.');
    return Object.entries(keys).map(([key, values]) => conditionOf(operator, key, { ...reading, values }));
  });
}

function conditionOf(
  operator: string,
  key: string,
  { values: value, variables }: Reading & { values: unknown },
): PolicyCondition {
  if (!isConditionKey(key)) throw malformed(`${key} is no condition key of policies.`);
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const values = given.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'number' && typeof one !== 'boolean') {
      throw malformed('The values of a condition are strings, numbers and booleans.');
    }
    const text = withVariables(String(one), variables);
    if (isValueOf(operator, text)) return text;
    throw malformed(`A value for ${key} is none that ${operator} could compare.`);
  });
  const refused = overlyPermissive(operator, key);
  if (refused !== undefined) throw malformed(refused);
  return { operator, key, values };
}

function withVariables(text: string, variables: boolean): PolicyText {
  const read = policyText(text, { variables });
  if (read === undefined) throw malformed('A policy has a variable that is none.');
  return read;
}

function plain(names: readonly string[]): readonly PolicyText[] {
  return names.flatMap((text) => policyText(text, { variables: false }) ?? []);
}

function texts(value: unknown, { what, form, none, wrong }: TextsOf): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) {
    throw malformed(`${what} of a Statement names something.`, none === undefined ? {} : { identity: none });
  }
  return list.map((one) => {
    if (typeof one === 'string' && form.test(one)) return one;
    const identity = typeof one === 'string' ? wrong?.(one) : undefined;
    throw malformed(
      `${what} of a Statement is not what it may be.`,
      identity === undefined ? {} : { identity },
    );
  });
}

function requireElements(json: Json, known: readonly string[]): void {
  const unknown = Object.keys(json).find((element) => !known.includes(element));
  if (unknown !== undefined)
    throw malformed(`A policy has no element ${unknown} here.`, { trust: `Unknown field ${unknown}` });
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(element: string): PolicySentences {
  return { trust: `Missing required field ${element}` };
}

function malformed(message: string, theirs: PolicySentences = {}): Refusal<'MalformedPolicy'> {
  return new Refusal('MalformedPolicy', { message, theirs });
}
