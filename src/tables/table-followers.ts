/** What the writes of a table are followed by besides its indexes, each looked after by somebody of its own. */
import type { KnownTable } from './catalog.ts';
import type { TableRecord } from './catalog-record.ts';
import type { WriteFollower } from './write-follower.ts';

/** Looks after one kind: streams, pasts. */
export interface FollowerKeeper {
  /** True where a tree is missing that the next write has to go into: `plant` makes it. */
  isWaiting(record: TableRecord): boolean;
  plant(known: KnownTable): Promise<void>;
  writers(record: TableRecord): Promise<readonly WriteFollower[]>;
}

export class TableFollowers implements FollowerKeeper {
  readonly #keepers: readonly FollowerKeeper[];

  constructor(keepers: readonly FollowerKeeper[]) {
    this.#keepers = keepers;
  }

  isWaiting(record: TableRecord): boolean {
    return this.#keepers.some((keeper) => keeper.isWaiting(record));
  }

  async plant(known: KnownTable): Promise<void> {
    for (const keeper of this.#keepers) if (keeper.isWaiting(known.record)) await keeper.plant(known);
  }

  async writers(record: TableRecord): Promise<readonly WriteFollower[]> {
    return (await Promise.all(this.#keepers.map((keeper) => keeper.writers(record)))).flat();
  }
}
