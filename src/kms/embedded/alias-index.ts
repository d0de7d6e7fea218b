/** The aliases of a key service in memory: by name, and by the key they name, which every decision on a key asks for. */
import type { AliasRecord } from './alias.ts';

/** What tells an alias from all others. */
export type AliasName = Pick<AliasRecord, 'account' | 'region' | 'name'>;

export class AliasIndex {
  readonly #byName = new Map<string, AliasRecord>();
  readonly #byKey = new Map<string, Map<string, AliasRecord>>();

  get(alias: AliasName): AliasRecord | undefined {
    return this.#byName.get(aliasKey(alias));
  }

  all(): IterableIterator<AliasRecord> {
    return this.#byName.values();
  }

  of({ keyId, region }: { readonly keyId: string; readonly region: string }): readonly AliasRecord[] {
    return [...(this.#byKey.get(targetKey(keyId, region))?.values() ?? [])];
  }

  /** Replaces the one of its name, which may have named another key. */
  put(alias: AliasRecord): void {
    const name = aliasKey(alias);
    const before = this.#byName.get(name);
    const isMoved = before !== undefined && before.targetKeyId !== alias.targetKeyId;
    if (isMoved) this.#leave(before);
    this.#byName.set(name, alias);
    const target = targetKey(alias.targetKeyId, alias.region);
    const aliases = this.#byKey.get(target) ?? new Map<string, AliasRecord>();
    this.#byKey.set(target, aliases.set(name, alias));
  }

  remove(alias: AliasName): void {
    const known = this.get(alias);
    if (known === undefined) return;
    this.#byName.delete(aliasKey(known));
    this.#leave(known);
  }

  #leave(alias: AliasRecord): void {
    const target = targetKey(alias.targetKeyId, alias.region);
    const aliases = this.#byKey.get(target);
    aliases?.delete(aliasKey(alias));
    if (aliases?.size === 0) this.#byKey.delete(target);
  }
}

export function aliasKey({ account, region, name }: AliasName): string {
  return `${account} ${region} ${name}`;
}

function targetKey(keyId: string, region: string): string {
  return `${region} ${keyId}`;
}
