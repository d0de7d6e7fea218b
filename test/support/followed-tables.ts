/** A process that reads beside the owner of a store: another engine, other keys and another view of one memory store. */
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { TableKeys } from '../../src/keys/table-keys.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import type { PageStore } from '../../src/store/page-store.ts';
import type { FollowedCatalogOptions } from '../../src/tables/followed-catalog.ts';
import { account, region } from './embedded-kms.ts';
import { openTables, type TablesForTest } from './open-tables.ts';

export interface Followed extends FollowedCatalogOptions {
  readonly owner: TablesForTest;
  /** How often heads were read. */
  readonly headReads: () => number;
  /** Whom to tell that a table's keys have been wiped. */
  onWiped: (table: { readonly id: string }) => void;
}

export async function openFollowed(): Promise<Followed> {
  const owner = await openTables();
  const { kms, clock, memory } = owner;
  let commits = 0;
  const memoryCommit = memory.commit;
  memory.commit = async (change) => {
    await memoryCommit(change);
    commits++;
  };
  let headReads = 0;
  const store: PageStore = {
    ...memory,
    readHeads(trees) {
      headReads++;
      return memory.readHeads(trees);
    },
    commitMark: () => commits,
    commit: () => Promise.reject(new Error('who only reads commits nothing')),
  };
  const engine = PageEngine.open({ store, storeId: memory.storeId, clock });
  const followed: Followed = {
    owner,
    engine,
    keys: new TableKeys({
      core: createFallbackCore(),
      service: kms,
      clock,
      onWiped: (table) => followed.onWiped(table),
    }),
    namespace: { account, region },
    headReads: () => headReads,
    onWiped: () => {},
  };
  return followed;
}
