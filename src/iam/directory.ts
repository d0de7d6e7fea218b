/** The identities of all accounts: found by name, ARN or key id, and changed one change after another. */
import { assert, Refusal } from '../base/errors.ts';
import { awsPolicies } from './aws-policies.ts';
import {
  type AccessKey,
  accessKeyKey,
  arnOf,
  awsAccount,
  type Entity,
  keyOf,
  type ManagedPolicy,
  nameKey,
  type Principal,
  type Role,
  type User,
} from './entity.ts';

/** An identity as it is kept: opaque id, readable text. */
export interface IdentityRecord {
  readonly id: string;
  readonly text: string;
}

/** Where identities are kept that operations made. */
export interface IdentityRecords {
  /** All or nothing; resolves once durable. What is replaced or deleted must not be found anywhere afterwards. */
  commit(change: {
    readonly puts: readonly IdentityRecord[];
    readonly deletes: readonly string[];
  }): Promise<void>;
  /** A new id. */
  newId(): string;
}

export interface DirectoryOptions {
  readonly records: IdentityRecords;
  /** What is kept already. */
  readonly contents: readonly IdentityRecord[];
  /** What a file says, which no operation changes. It comes before what is kept under the same name. */
  readonly declared?: readonly Entity[];
}

export interface DirectoryChange<T> {
  readonly puts?: readonly Entity[];
  readonly deletes?: readonly Entity[];
  readonly answer: T;
}

interface Held {
  readonly entity: Entity;
  /** Undefined: declared, and not kept. */
  readonly recordId: string | undefined;
}

export class Directory {
  readonly #records: IdentityRecords;
  readonly #held = new Map<string, Held>();
  #last: Promise<unknown> = Promise.resolve();
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor({ records, contents, declared = [] }: DirectoryOptions) {
    this.#records = records;
    for (const { id, text } of contents) this.#hold({ entity: entityOf(text), recordId: id });
    for (const entity of [...awsPolicies, ...declared]) this.#hold({ entity, recordId: undefined });
  }

  /** Another number after every change: what was read before is then to be read again. */
  get version(): number {
    return this.#version;
  }

  /** Calls after every change: what somebody may do can be another thing now. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  user(account: string, name: string): User | undefined {
    const found = this.#held.get(nameKey('user', account, name))?.entity;
    return found?.kind === 'user' ? found : undefined;
  }

  role(account: string, name: string): Role | undefined {
    const found = this.#held.get(nameKey('role', account, name))?.entity;
    return found?.kind === 'role' ? found : undefined;
  }

  accessKey(id: string): AccessKey | undefined {
    const found = this.#held.get(accessKeyKey(id))?.entity;
    return found?.kind === 'access-key' ? found : undefined;
  }

  policy(arn: string): ManagedPolicy | undefined {
    const [, account = '', name = ''] =
      /^arn:aws:iam::(\d{12}|aws):policy\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
    const found = this.#held.get(nameKey('policy', account, name))?.entity;
    // A path is part of the ARN.
    return found?.kind === 'policy' && arnOf(found) === arn ? found : undefined;
  }

  users(account: string): readonly User[] {
    return this.#all((entity) => entity.kind === 'user' && entity.account === account && entity);
  }

  roles(account: string): readonly Role[] {
    return this.#all((entity) => entity.kind === 'role' && entity.account === account && entity);
  }

  /** Of all accounts. */
  everyone(): readonly Principal[] {
    return this.#all((entity) => (entity.kind === 'user' || entity.kind === 'role') && entity);
  }

  /** The account's own, and those of AWS. */
  policies(account: string): readonly ManagedPolicy[] {
    const isSeen = (owner: string) => owner === account || owner === awsAccount;
    return this.#all((entity) => entity.kind === 'policy' && isSeen(entity.account) && entity);
  }

  /** Of a user, or of the account's root. In the order they were made. */
  accessKeys(account: string, user: string | undefined): readonly AccessKey[] {
    const found = this.#all(
      (entity) =>
        entity.kind === 'access-key' &&
        entity.account === account &&
        entity.user?.toLowerCase() === user?.toLowerCase() &&
        entity,
    );
    return [...found].sort((a, b) => a.createdMs - b.createdMs);
  }

  /** True for an account that has somebody or something of its own here. */
  hasAccount(account: string): boolean {
    for (const { entity } of this.#held.values()) if (entity.account === account) return true;
    return false;
  }

  /** Whoever has this managed policy attached, or as a boundary. */
  holdersOf(policyArn: string): readonly Principal[] {
    return this.#all(
      (entity) =>
        (entity.kind === 'user' || entity.kind === 'role') &&
        (entity.attached.includes(policyArn) || entity.boundary === policyArn) &&
        entity,
    );
  }

  /** True where there is anybody but AWS's own policies. */
  get hasCallers(): boolean {
    for (const { entity } of this.#held.values()) if (entity.kind === 'access-key') return true;
    return false;
  }

  /**
   * Makes the change that `decide` returns, which sees what is there then. Refuses EntityFixed for what is declared, and as
   * `decide` does; an outage leaves everything as it was.
   */
  change<T>(decide: () => DirectoryChange<T>): Promise<T> {
    const changed = this.#last.then(() => this.#change(decide()));
    this.#last = changed.catch(() => {});
    return changed;
  }

  async #change<T>({ puts = [], deletes = [], answer }: DirectoryChange<T>): Promise<T> {
    if (puts.length + deletes.length === 0) return answer;
    const placed = puts.map((entity) => ({ entity, recordId: this.#recordIdFor(entity) }));
    const gone = deletes.map((entity) => this.#recordIdFor(entity));
    await this.#records.commit({
      puts: placed.map(({ entity, recordId }) => ({ id: recordId, text: JSON.stringify(entity) })),
      deletes: gone,
    });
    for (const entity of deletes) this.#held.delete(keyOf(entity));
    for (const each of placed) this.#hold(each);
    this.#version++;
    for (const listener of this.#listeners) listener();
    return answer;
  }

  #recordIdFor(entity: Entity): string {
    const held = this.#held.get(keyOf(entity));
    if (held === undefined) return this.#records.newId();
    if (held.recordId === undefined) throw new Refusal('EntityFixed', { what: describe(entity) });
    return held.recordId;
  }

  #hold(held: Held): void {
    this.#held.set(keyOf(held.entity), held);
  }

  #all<E extends Entity>(pick: (entity: Entity) => E | false): readonly E[] {
    const found: E[] = [];
    for (const { entity } of this.#held.values()) {
      const picked = pick(entity);
      if (picked !== false) found.push(picked);
    }
    return found;
  }
}

function describe(entity: Entity): string {
  return entity.kind === 'access-key' ? `access key ${entity.id}` : `${entity.kind} ${entity.name}`;
}

/** What the directory itself has written, and nobody could change since: it was sealed. */
function entityOf(text: string): Entity {
  const entity: Entity = JSON.parse(text);
  assert(
    ['user', 'role', 'policy', 'access-key'].includes(entity.kind),
    'a kept identity is of a known kind',
  );
  return entity;
}
