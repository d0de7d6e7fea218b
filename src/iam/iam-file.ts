/** The operator's file of identities: read strictly, so that no slip of the pen gives rights, or takes them, unseen. */
import { Refusal } from '../base/errors.ts';
import { awsPolicies } from './aws-policies.ts';
import {
  type AccessKey,
  arnOf,
  type Entity,
  type InlinePolicy,
  keyOf,
  type ManagedPolicy,
  type Role,
  type Tag,
  type User,
} from './entity.ts';
import { lastingIdentifier } from './identifier.ts';
import { type PolicyKind, policyDocument } from './policy-document.ts';
import { policyJson } from './policy-json.ts';

/*
 * { "accounts": { "<twelve digits>": {
 *     "accessKeys": [{ "accessKeyId", "secretAccessKey" }],                      of the account's root
 *     "policies": { "<name>": <policy> },                                       managed policies
 *     "users": { "<name>": { "path", "policies": { "<name>": <policy> }, "attach": ["<name or ARN>"], "permissionsBoundary":
 *       "<name or ARN>", "tags": { "<key>": "<value>" }, "accessKeys": […] } },
 *     "roles": { "<name>": { "trust": <policy>, "maxSessionSeconds", "description", and as users, without accessKeys } } } } }
 */

type Json = Readonly<Record<string, unknown>>;

const depthMax = 16;
const accountForm = /^\d{12}$/;
const nameForm = /^[\w+=,.@-]{1,64}$/;
const policyNameForm = /^[\w+=,.@-]{1,128}$/;
const pathForm = /^\/([!-~]{1,510}\/)?$/;
const keyIdForm = /^\w{4,128}$/;
const tagsMax = 50;
const sessionSecondsDefault = 3600;

/** Throws a TypeError that names the place and says what is wrong there; it shows no secret. */
export function identitiesOf(text: string): readonly Entity[] {
  const file = policyJson(text, depthMax);
  if (file === undefined) wrong('', 'is valid JSON, without a member named twice');
  const top = objectAt(file, '');
  only(top, ['accounts'], '');
  const entities = entriesAt(top.accounts, 'accounts').flatMap(([account, body]) => {
    const place = `accounts.${account}`;
    if (!accountForm.test(account)) wrong(place, 'is named by the twelve digits of the account');
    return accountEntities(account, objectAt(body, place), place);
  });
  requireUnique(entities);
  requireAttachable(entities);
  return entities;
}

function accountEntities(account: string, body: Json, place: string): readonly Entity[] {
  only(body, ['accessKeys', 'policies', 'users', 'roles'], place);
  const owned = { account, place };
  return [
    ...keysOf(body.accessKeys, owned, undefined),
    ...entriesAt(body.policies, `${place}.policies`).map(([name, policy]) => managed(name, policy, owned)),
    ...entriesAt(body.users, `${place}.users`).flatMap(([name, user]) => userEntities(name, user, owned)),
    ...entriesAt(body.roles, `${place}.roles`).map(([name, role]) => roleOf(name, role, owned)),
  ];
}

interface Owned {
  readonly account: string;
  readonly place: string;
}

const holderMembers = ['path', 'policies', 'attach', 'permissionsBoundary', 'tags'];

function userEntities(name: string, body: unknown, { account, place }: Owned): readonly (User | AccessKey)[] {
  const at = `${place}.users.${name}`;
  const user = objectAt(body, at);
  only(user, [...holderMembers, 'accessKeys'], at);
  const held = { kind: 'user', ...holder(user, { account, place: at }, { kind: 'user', name }) } as const;
  return [held, ...keysOf(user.accessKeys, { account, place: at }, name)];
}

function roleOf(name: string, body: unknown, { account, place }: Owned): Role {
  const at = `${place}.roles.${name}`;
  const role = objectAt(body, at);
  only(role, [...holderMembers, 'trust', 'description', 'maxSessionSeconds'], at);
  const { maxSessionSeconds: sessionSecondsMax = sessionSecondsDefault, description = '' } = role;
  if (
    typeof sessionSecondsMax !== 'number' ||
    !Number.isInteger(sessionSecondsMax) ||
    sessionSecondsMax < 3600 ||
    sessionSecondsMax > 43_200
  ) {
    wrong(`${at}.maxSessionSeconds`, 'is a whole number from 3600 to 43200');
  }
  return {
    kind: 'role',
    ...holder(role, { account, place: at }, { kind: 'role', name }),
    description: textAt(description, `${at}.description`),
    trust: policyText(role.trust, `${at}.trust`, 'trust'),
    sessionSecondsMax,
  };
}

function holder(
  body: Json,
  { account, place }: Owned,
  { kind, name }: { kind: 'user' | 'role'; name: string },
) {
  if (!nameForm.test(name)) wrong(place, 'is named by 1 to 64 letters, digits and +=,.@_-');
  const path = textAt(body.path ?? '/', `${place}.path`);
  if (!pathForm.test(path)) wrong(`${place}.path`, 'begins and ends with a slash');
  const policies = entriesAt(body.policies, `${place}.policies`).map(([policyName, policy]): InlinePolicy => {
    const at = `${place}.policies.${policyName}`;
    if (!policyNameForm.test(policyName)) wrong(at, 'is named by 1 to 128 letters, digits and +=,.@_-');
    return { name: policyName, text: policyText(policy, at, 'identity') };
  });
  const attached = listAt(body.attach, `${place}.attach`).map((each, index) =>
    policyArn(textAt(each, `${place}.attach[${index}]`), account),
  );
  const boundary = body.permissionsBoundary;
  return {
    account,
    name,
    path,
    id: lastingIdentifier(kind, account, name),
    createdMs: 0,
    tags: tagsOf(body.tags, `${place}.tags`),
    policies,
    attached,
    ...(boundary === undefined
      ? {}
      : { boundary: policyArn(textAt(boundary, `${place}.permissionsBoundary`), account) }),
  };
}

function managed(name: string, policy: unknown, { account, place }: Owned): ManagedPolicy {
  const at = `${place}.policies.${name}`;
  if (!policyNameForm.test(name)) wrong(at, 'is named by 1 to 128 letters, digits and +=,.@_-');
  const text = policyText(policy, at, 'identity');
  const id = lastingIdentifier('policy', account, name);
  return { kind: 'policy', account, name, path: '/', id, createdMs: 0, tags: [], description: '', text };
}

function keysOf(list: unknown, { account, place }: Owned, user: string | undefined): readonly AccessKey[] {
  return listAt(list, `${place}.accessKeys`).map((each, index) => {
    const at = `${place}.accessKeys[${index}]`;
    const key = objectAt(each, at);
    only(key, ['accessKeyId', 'secretAccessKey'], at);
    const id = textAt(key.accessKeyId, `${at}.accessKeyId`);
    if (!keyIdForm.test(id)) wrong(`${at}.accessKeyId`, 'is 4 to 128 letters, digits and _');
    const secret = textAt(key.secretAccessKey, `${at}.secretAccessKey`);
    if (secret === '') wrong(`${at}.secretAccessKey`, 'is not empty');
    return { kind: 'access-key', id, secret, account, active: true, createdMs: 0, ...(user && { user }) };
  });
}

function tagsOf(value: unknown, place: string): readonly Tag[] {
  const entries = entriesAt(value, place);
  if (entries.length > tagsMax) wrong(place, `has ${tagsMax} tags at most`);
  return entries.map(([key, held]) => ({ key, value: textAt(held, `${place}.${key}`) }));
}

/** A bare name is the account's own policy. */
function policyArn(nameOrArn: string, account: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : `arn:aws:iam::${account}:policy/${nameOrArn}`;
}

function policyText(value: unknown, place: string, kind: PolicyKind): string {
  const text = JSON.stringify(objectAt(value, place));
  try {
    policyDocument(text, kind);
    return text;
  } catch (fault) {
    if (fault instanceof Refusal) wrong(place, `is a policy: ${fault.message.replace(/\.$/, '')}`);
    throw fault;
  }
}

function requireUnique(entities: readonly Entity[]): void {
  const keys = new Set<string>();
  for (const entity of entities) {
    const key = keyOf(entity);
    if (keys.has(key)) wrong('', `names ${key} once: names of one kind differ by more than case`);
    keys.add(key);
  }
}

/** Else a policy of a misspelt name, which was to deny something, would be none. */
function requireAttachable(entities: readonly Entity[]): void {
  const known = new Set<string>();
  for (const entity of [...awsPolicies, ...entities]) if (entity.kind === 'policy') known.add(arnOf(entity));
  for (const entity of entities) {
    if (entity.kind !== 'user' && entity.kind !== 'role') continue;
    const named = entity.boundary === undefined ? entity.attached : [...entity.attached, entity.boundary];
    const unknown = named.find((arn) => !known.has(arn));
    if (unknown !== undefined) {
      wrong(
        `accounts.${entity.account}.${entity.kind}s.${entity.name}`,
        `attaches policies of the file or of AWS that are known here, and ${unknown} is none`,
      );
    }
  }
}

function only(json: Json, known: readonly string[], place: string): void {
  const unknown = Object.keys(json).find((member) => !known.includes(member));
  if (unknown === undefined) return;
  wrong(place, `has no member ${unknown}; it may have ${known.join(', ')}`);
}

function entriesAt(value: unknown, place: string): readonly (readonly [string, unknown])[] {
  return value === undefined ? [] : Object.entries(objectAt(value, place));
}

function listAt(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) wrong(place, 'is a list');
  return value;
}

function objectAt(value: unknown, place: string): Json {
  if (!isObject(value)) wrong(place, 'is an object');
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textAt(value: unknown, place: string): string {
  if (typeof value !== 'string') wrong(place, 'is a string');
  return value;
}

/** `rule`: what it has to be, and is not. */
function wrong(place: string, rule: string): never {
  throw new TypeError(`The file of identities breaks the rule that ${place === '' ? 'it' : place} ${rule}.`);
}
