/** The grants of a key service in memory: by their key, by whoever may retire them, and by the store they are held for. */
import type { GrantPrincipal, GrantRecord } from './grant.ts';

export class GrantIndex {
  /** By the ARN of their key, then by their id. */
  readonly #byKey = new Map<string, Map<string, GrantRecord>>();
  /** By `retiree` and `holder`: who asks for a few does not wait for the grants of everybody else. */
  readonly #byName = new Map<string, Set<GrantRecord>>();

  get(keyArn: string, grantId: string): GrantRecord | undefined {
    return this.#byKey.get(keyArn)?.get(grantId);
  }

  /** To be walked once, and at once; so are the others. */
  of(keyArn: string): Iterable<GrantRecord> {
    return this.#byKey.get(keyArn)?.values() ?? [];
  }

  countOf(keyArn: string): number {
    return this.#byKey.get(keyArn)?.size ?? 0;
  }

  retirableBy(retiree: GrantPrincipal): Iterable<GrantRecord> {
    return this.#byName.get(nameOfRetiree(retiree)) ?? [];
  }

  heldBy(holder: string): Iterable<GrantRecord> {
    return this.#byName.get(nameOfHolder(holder)) ?? [];
  }

  /** Replaces the one with its id. */
  put(grant: GrantRecord): void {
    const { keyArn, grantId } = grant;
    this.remove(grant);
    const grants = this.#byKey.get(keyArn) ?? new Map<string, GrantRecord>();
    this.#byKey.set(keyArn, grants.set(grantId, grant));
    for (const name of namesOf(grant)) {
      const theirs = this.#byName.get(name) ?? new Set();
      this.#byName.set(name, theirs.add(grant));
    }
  }

  remove({ keyArn, grantId }: Pick<GrantRecord, 'keyArn' | 'grantId'>): void {
    const grants = this.#byKey.get(keyArn);
    const grant = grants?.get(grantId);
    if (grants === undefined || grant === undefined) return;
    grants.delete(grantId);
    if (grants.size === 0) this.#byKey.delete(keyArn);
    for (const name of namesOf(grant)) {
      const theirs = this.#byName.get(name);
      theirs?.delete(grant);
      if (theirs?.size === 0) this.#byName.delete(name);
    }
  }
}

function namesOf({ retiree, holder }: GrantRecord): readonly string[] {
  return [
    ...(retiree === undefined ? [] : [nameOfRetiree(retiree)]),
    ...(holder === undefined ? [] : [nameOfHolder(holder)]),
  ];
}

function nameOfRetiree({ kind, name }: GrantPrincipal): string {
  return `${kind} ${name}`;
}

function nameOfHolder(holder: string): string {
  return `holder ${holder}`;
}
