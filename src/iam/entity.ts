/** What a directory of identities holds: users, roles, managed policies and access keys, and how each is named. */

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** A policy of one role or user alone. The text is as it was given. */
export interface InlinePolicy {
  readonly name: string;
  readonly text: string;
}

interface Named {
  readonly account: string;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  /** Never used again, not even for another of the same name. */
  readonly id: string;
  readonly createdMs: number;
  readonly tags: readonly Tag[];
}

interface PolicyHolder extends Named {
  readonly policies: readonly InlinePolicy[];
  /** ARNs of managed policies. */
  readonly attached: readonly string[];
  /** ARN of the managed policy that bounds what the others allow. */
  readonly boundary?: string | undefined;
}

export interface User extends PolicyHolder {
  readonly kind: 'user';
}

export interface Role extends PolicyHolder {
  readonly kind: 'role';
  readonly description: string;
  /** Who may assume it: the text of a policy. */
  readonly trust: string;
  readonly sessionSecondsMax: number;
}

export interface ManagedPolicy extends Named {
  readonly kind: 'policy';
  readonly description: string;
  readonly text: string;
}

export interface AccessKey {
  readonly kind: 'access-key';
  readonly id: string;
  readonly secret: string;
  readonly account: string;
  /** The name of its user; without one it is the account's root. */
  readonly user?: string | undefined;
  readonly active: boolean;
  readonly createdMs: number;
}

export type Entity = User | Role | ManagedPolicy | AccessKey;

/** Whoever has policies. */
export type Principal = User | Role;

/** The account whose policies are there for all others. */
export const awsAccount = 'aws';

export function arnOf({ kind, account, path, name }: User | Role | ManagedPolicy): string {
  return `arn:aws:iam::${account}:${kind}${path}${name}`;
}

export function assumedRoleArn({ account, name }: Role, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`;
}

/** What an entity is found by: names differ by more than case, as AWS wants it. */
export function keyOf(entity: Entity): string {
  if (entity.kind === 'access-key') return accessKeyKey(entity.id);
  return nameKey(entity.kind, entity.account, entity.name);
}

export function nameKey(kind: 'user' | 'role' | 'policy', account: string, name: string): string {
  return `${kind}/${account}/${name.toLowerCase()}`;
}

export function accessKeyKey(id: string): string {
  return `access-key/${id}`;
}
