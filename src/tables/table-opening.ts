/** Opens a table over its trees: its items, its indexes, and what else follows its writes. */
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { KnownTable } from './catalog.ts';
import type { TableRecord } from './catalog-record.ts';
import { indexLayout } from './index-layout.ts';
import { ItemCollections } from './item-collections.ts';
import { PageIndex } from './page-index.ts';
import { PageTable } from './page-table.ts';
import { keySchemaOf } from './table-info.ts';
import { tableArn } from './table-name.ts';
import type { WriteFollower } from './write-follower.ts';

export interface TableOpeningOptions {
  readonly engine: PageEngine;
  readonly keys: Pick<TableKeys, 'cipher'>;
  readonly dataKeys: { allowMore(tableId: string): Promise<void> };
  readonly collectionBytesMax?: number | undefined;
  readonly followers: { writers(record: TableRecord): Promise<readonly WriteFollower[]> };
}

/** What writes to a table are followed by. */
interface Following {
  readonly indexes: readonly PageIndex[];
  readonly followers: readonly WriteFollower[];
}

export class TableOpening {
  readonly #options: TableOpeningOptions;

  constructor(options: TableOpeningOptions) {
    this.#options = options;
  }

  /** The one open table of what is known. Its keys are open. */
  open(known: KnownTable): PageTable | Promise<PageTable> {
    if (known.opened !== undefined && !known.isShort) return known.opened;
    known.opening ??= this.#open(known).finally(() => {
      known.opening = undefined;
    });
    return known.opening;
  }

  /** After a change of its indexes or its stream: from then on writes are followed by what there is now. */
  async refresh(known: KnownTable): Promise<void> {
    // Whoever opens it later begins with what there is by then.
    if (known.opened === undefined) return;
    const { indexes, followers } = await this.#following(known);
    known.opened.setIndexes(indexes);
    known.opened.setFollowers(followers);
  }

  async #open(known: KnownTable): Promise<PageTable> {
    const { engine, keys, dataKeys } = this.#options;
    const { id, tree: number, definition } = known.record;
    // Whoever reads may write next.
    await dataKeys.allowMore(id);
    if (known.opened !== undefined) return known.opened;
    try {
      const tree = await engine.openTree(number, keys.cipher(id, number));
      const collections = await this.#collectionsOf(known.record);
      const following = await this.#following(known);
      known.opened = new PageTable({
        name: definition.name,
        arn: tableArn(known.record, definition.name),
        keySchema: keySchemaOf(definition),
        engine,
        tree,
        ...following,
        collections,
      });
      return known.opened;
    } catch (fault) {
      // The pages of a table that is being deleted are not missed.
      if (fault instanceof IntegrityFault && known.isDropping) throw new Refusal('TableNotFound', {});
      throw fault;
    }
  }

  /** As the catalogue has it when this resolves. */
  async #following(known: KnownTable): Promise<Following> {
    for (;;) {
      const { record } = known;
      const followers = await this.#options.followers.writers(record);
      const indexes = await this.#indexesOf(known);
      if (known.record === record) return { indexes, followers };
    }
  }

  /** Local indexes are as old as their table and stay as long, and so do the sizes of its collections. */
  async #collectionsOf(record: TableRecord): Promise<ItemCollections | undefined> {
    const { engine, keys, collectionBytesMax: bytesMax } = this.#options;
    const { id, definition, indexes = [], collectionTree } = record;
    if (collectionTree === undefined) return undefined;
    const tree = await engine.openTree(collectionTree, keys.cipher(id, collectionTree));
    const layouts = indexes
      .filter(({ kind }) => kind === 'local')
      .map((index) => indexLayout(index, definition.attributeDefinitions, keySchemaOf(definition)));
    return new ItemCollections({ tree, layouts, ...(bytesMax !== undefined && { bytesMax }) });
  }

  /** Without those that are on their way out. */
  async #indexesOf(known: KnownTable): Promise<readonly PageIndex[]> {
    const { engine, keys } = this.#options;
    const { id, definition, indexes = [] } = known.record;
    const tableSchema = keySchemaOf(definition);
    const opened: PageIndex[] = [];
    for (const index of indexes) {
      if (index.status === 'DELETING') continue;
      const tree = await engine.openTree(index.tree, keys.cipher(id, index.tree));
      const layout = indexLayout(index, definition.attributeDefinitions, tableSchema);
      const status = () =>
        known.record.indexes?.find((each) => each.tree === index.tree)?.status ?? 'DELETING';
      opened.push(new PageIndex({ layout, tree, status, tableSchema }));
    }
    return opened;
  }
}
