/** A key policy as a document of statements, read strictly: what cannot be understood is refused. */
import { Refusal } from '../../base/errors.ts';
import { arnPrincipal } from './grant-principal.ts';
import {
  isConditionKey,
  isOperator,
  overlyPermissive,
  type PolicyCondition,
} from './key-policy-condition.ts';
import { policyJson } from './key-policy-json.ts';

/** What a statement names, or all but that. */
export interface PolicyPart<Names> {
  readonly except: boolean;
  readonly names: Names;
}

export interface PolicyPrincipals {
  /** Account ids, ARNs, and `*` for everyone. */
  readonly accounts: readonly string[];
  readonly services: readonly string[];
}

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: PolicyPart<PolicyPrincipals>;
  readonly actions: PolicyPart<readonly string[]>;
  /** Undefined: the statement has no effect. */
  readonly resources: PolicyPart<readonly string[]> | undefined;
  /** All must hold. */
  readonly conditions: readonly PolicyCondition[];
}

type Json = Readonly<Record<string, unknown>>;

const documentElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction'],
  ...['Resource', 'NotResource', 'Condition'],
];
const actionForm = /^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$/;
const resourceForm = /^(\*|arn:.+)$/;
const accountForm = /^([0-9]{12}|\*)$/;
const serviceForm = /^[a-zA-Z0-9.-]+\.amazonaws\.com(\.cn)?$/;
const invalidPrincipals = 'Policy contains a statement with one or more invalid principals.';

/** Refuses MalformedPolicy. */
export function keyPolicyStatements(text: string): readonly PolicyStatement[] {
  const document = policyJson(text);
  if (document === undefined) throw malformed('A key policy is valid JSON.');
  if (!isObject(document)) throw malformed('A key policy is a JSON object.');
  requireElements(document, documentElements);
  const { Version, Id, Statement } = document;
  if (Version !== undefined && Version !== '2012-10-17' && Version !== '2008-10-17') {
    throw malformed('The Version of a key policy is 2012-10-17 or 2008-10-17.');
  }
  if (Id !== undefined && typeof Id !== 'string') throw malformed('The Id of a key policy is a string.');
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0) throw malformed('A key policy has at least one Statement.');
  return statements.map(statementOf);
}

function statementOf(json: unknown): PolicyStatement {
  if (!isObject(json)) throw malformed('A Statement of a key policy is a JSON object.');
  requireElements(json, statementElements);
  const { Sid, Effect, Condition = {} } = json;
  if (Sid !== undefined && typeof Sid !== 'string') throw malformed('The Sid of a Statement is a string.');
  if (Effect !== 'Allow' && Effect !== 'Deny') throw malformed('The Effect of a Statement is Allow or Deny.');
  const principals = part(json, 'Principal', principalsOf);
  const actions = part(json, 'Action', (value) => texts(value, 'An Action', actionForm));
  if (principals === undefined)
    throw malformed('A Statement of a key policy has a Principal or a NotPrincipal.');
  if (actions === undefined) throw malformed('A Statement has an Action or a NotAction.');
  const resources = part(json, 'Resource', (value) => texts(value, 'A Resource', resourceForm));
  return { effect: Effect, principals, actions, resources, conditions: conditionsOf(Condition) };
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

function principalsOf(value: unknown): PolicyPrincipals {
  if (value === '*') return { accounts: ['*'], services: [] };
  if (!isObject(value) || Object.keys(value).length === 0) throw malformed(invalidPrincipals);
  requireElements(value, ['AWS', 'Service']);
  const accounts = value.AWS === undefined ? [] : texts(value.AWS, 'A Principal', /./);
  const services = value.Service === undefined ? [] : texts(value.Service, 'A Principal', /./);
  const known = accounts.every(isAccountPrincipal) && services.every((service) => serviceForm.test(service));
  if (!known) throw malformed(invalidPrincipals);
  return { accounts, services };
}

function isAccountPrincipal(principal: string): boolean {
  if (accountForm.test(principal)) return true;
  if (/[*?]/.test(principal)) return false;
  try {
    arnPrincipal(principal);
    return true;
  } catch {
    return false;
  }
}

function conditionsOf(json: unknown): readonly PolicyCondition[] {
  if (!isObject(json)) throw malformed('The Condition of a Statement is a JSON object.');
  return Object.entries(json).flatMap(([operator, keys]) => {
    if (!isOperator(operator)) throw malformed(`${operator} is no operator of conditions.`);
    if (!isObject(keys)) throw malformed('A condition names its keys in a JSON object.');
    return Object.entries(keys).map(([key, values]) => conditionOf(operator, key, values));
  });
}

function conditionOf(operator: string, key: string, value: unknown): PolicyCondition {
  if (!isConditionKey(key)) throw malformed(`${key} is no condition key of key policies.`);
  const values = (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') return String(one);
    throw malformed('The values of a condition are strings, numbers and booleans.');
  });
  const condition = { operator, key, values };
  const refused = overlyPermissive(condition);
  if (refused !== undefined) throw malformed(refused);
  return condition;
}

function texts(value: unknown, what: string, form: RegExp): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw malformed(`${what} of a Statement names something.`);
  return list.map((one) => {
    if (typeof one === 'string' && form.test(one)) return one;
    throw malformed(`${what} of a Statement is not what it may be.`);
  });
}

function requireElements(json: Json, known: readonly string[]): void {
  const unknown = Object.keys(json).find((element) => !known.includes(element));
  if (unknown !== undefined) throw malformed(`A key policy has no element ${unknown} here.`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(message: string): Refusal<'MalformedPolicy'> {
  return new Refusal('MalformedPolicy', { message });
}
