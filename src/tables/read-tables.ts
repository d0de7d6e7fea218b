/** The tables of a store whose owner is another process: opened to be read, as the owner's commits leave them. */
import { Refusal } from '../base/errors.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { PageEngine } from '../pages/pages.ts';
import { isWhole, treesOf } from './catalog-record.ts';
import { FollowedCatalog, type FollowedCatalogOptions } from './followed-catalog.ts';
import type { OpenTable } from './table.ts';
import { bareTableName } from './table-name.ts';
import { TableOpening } from './table-opening.ts';

export class ReadTables {
  readonly #engine: PageEngine;
  readonly #keys: TableKeys;
  readonly #catalog: FollowedCatalog;
  readonly #opening: TableOpening;

  private constructor({ engine, keys }: FollowedCatalogOptions, catalog: FollowedCatalog) {
    this.#engine = engine;
    this.#keys = keys;
    this.#catalog = catalog;
    const nothingToAllow = { allowMore: () => Promise.resolve() };
    const nothingFollows = { writers: () => Promise.resolve([]) };
    this.#opening = new TableOpening({ engine, keys, dataKeys: nothingToAllow, followers: nothingFollows });
  }

  /** Throws as FollowedCatalog.open does. */
  static async open(options: FollowedCatalogOptions): Promise<ReadTables> {
    return new ReadTables(options, await FollowedCatalog.open(options));
  }

  /**
   * The table as it is now, for one request that reads: no write acknowledged before this is missing from it. Refuses
   * TableKeyRefused; and TableNotFound also where only the owner may answer: for a table that is not active, and one
   * with a policy, by which callers are judged there.
   */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable> {
    const following = this.#catalog.follow();
    if (following === undefined) return this.#open(caller, connection, name);
    return following.then(() => this.#open(caller, connection, name));
  }

  #open(caller: Caller, connection: ClientConnection, given: string): OpenTable | Promise<OpenTable> {
    const name = bareTableName(caller, given);
    const known = name === undefined ? undefined : this.#catalog.find(caller.account, caller.region, name);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    const { id, status, policies = [] } = known.record;
    const isOpen = status === 'ACTIVE' && isWhole(known.record) && policies.length === 0;
    if (!isOpen) throw new Refusal('TableNotFound', {});
    const asking = this.#keys.authorize(caller, connection, id);
    return asking === undefined ? this.#opening.open(known) : asking.then(() => this.#opening.open(known));
  }

  /** The keys of this table have been wiped: so are its opened pages. */
  forgetPages(id: string): void {
    const known = this.#catalog.findById(id);
    if (known === undefined) return;
    for (const tree of treesOf(known.record)) this.#engine.evictTree(tree);
  }
}
