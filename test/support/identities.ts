/** Identities for tests: a directory in memory, with or without a file, and what reads it. */
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { Callers } from '../../src/iam/callers.ts';
import { Directory, type IdentityRecord, type IdentityRecords } from '../../src/iam/directory.ts';
import type { Entity, Role, User } from '../../src/iam/entity.ts';
import { SessionTokens } from '../../src/iam/session-token.ts';
import { VirtualClock } from './virtual-clock.ts';

export const account = '111122223333';

export class MemoryIdentities implements IdentityRecords {
  readonly kept = new Map<string, string>();
  /** The next commit fails. */
  fails = false;
  #ids = 0;

  async commit({ puts, deletes }: Parameters<IdentityRecords['commit']>[0]): Promise<void> {
    if (this.fails) throw new Error('the disk is gone');
    for (const id of deletes) this.kept.delete(id);
    for (const { id, text } of puts) this.kept.set(id, text);
  }

  newId(): string {
    this.#ids++;
    return `id-${this.#ids}`;
  }

  contents(): readonly IdentityRecord[] {
    return [...this.kept].map(([id, text]) => ({ id, text }));
  }
}

export function identities(declared: readonly Entity[] = []) {
  const records = new MemoryIdentities();
  const core = createFallbackCore();
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const key = core.generateKey();
  const sessions = new SessionTokens({ core, key, clock });
  const directory = new Directory({ records, contents: [], declared });
  return { records, core, key, clock, sessions, directory, callers: new Callers({ directory, sessions }) };
}

export function userNamed(name: string, more: Partial<User> = {}): User {
  const id = `AIDA${name.toUpperCase()}`;
  return {
    ...{ kind: 'user', account, name, path: '/', id, createdMs: 0, tags: [], policies: [], attached: [] },
    ...more,
  } as User;
}

export function roleNamed(name: string, more: Partial<Role> = {}): Role {
  const own = { kind: 'role', id: `AROA${name.toUpperCase()}`, description: '', trust: '{}' } as const;
  return { ...userNamed(name), ...own, sessionSecondsMax: 3600, ...more };
}

export function allowing(Action: string | readonly string[], more: object = {}): string {
  const statement = { Effect: 'Allow', Action, Resource: '*', ...more };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
