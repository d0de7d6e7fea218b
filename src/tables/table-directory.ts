/** Finds tables by account, region and name, or by id, without a step that grows with their number. */
import type { Namespace } from './table-name.ts';

/** What the directory files a table under. */
export interface Listing extends Namespace {
  readonly id: string;
  readonly name: string;
}

type Names<T> = Map<string, T>;

export class TableDirectory<T> {
  readonly #byId = new Map<string, T>();
  /** By region, account and name, one map in the other: a lookup builds no string. */
  readonly #regions = new Map<string, Map<string, Names<T>>>();

  get(account: string, region: string, name: string): T | undefined {
    return this.#regions.get(region)?.get(account)?.get(name);
  }

  getById(id: string): T | undefined {
    return this.#byId.get(id);
  }

  set({ account, region, id, name }: Listing, table: T): void {
    this.#namesFor(account, region).set(name, table);
    this.#byId.set(id, table);
  }

  delete({ account, region, id, name }: Listing): void {
    const table = this.#byId.get(id);
    this.#byId.delete(id);
    // The name may be another table's by now.
    if (this.get(account, region, name) === table) this.#regions.get(region)?.get(account)?.delete(name);
  }

  /** In no order. */
  names({ account, region }: Namespace): readonly string[] {
    return [...(this.#regions.get(region)?.get(account)?.keys() ?? [])];
  }

  count({ account, region }: Namespace): number {
    return this.#regions.get(region)?.get(account)?.size ?? 0;
  }

  all(): readonly T[] {
    return [...this.#byId.values()];
  }

  #namesFor(account: string, region: string): Names<T> {
    const accounts = this.#regions.get(region) ?? new Map<string, Names<T>>();
    this.#regions.set(region, accounts);
    const names: Names<T> = accounts.get(account) ?? new Map();
    accounts.set(account, names);
    return names;
  }
}
