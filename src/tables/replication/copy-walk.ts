/** Walks a replica item by item, and what was deleted among them: each with its version. */
import { compareBytes } from '../../base/bytes.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { Tree } from '../../pages/tree.ts';
import type { TreeCursor } from '../../pages/tree-cursor.ts';
import { successor } from '../tree-key.ts';
import type { ReplicaLog } from './replica-log.ts';
import { decodeVersion, type ItemVersion, keyOfVersion, versionKey, versionRange } from './replica-tree.ts';

export interface CopiedItem {
  readonly key: Uint8Array;
  /** Absent for an item that was not written since its table is a replica. */
  readonly version?: ItemVersion;
  /** Undefined where it was deleted. */
  readonly item: Uint8Array | undefined;
}

interface Found {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Two walks in one: items and versions lie in the same order, and may each lack what the other has. */
export class CopyWalk {
  readonly #items: TreeCursor;
  readonly #versions: TreeCursor;
  #item: Found | undefined;
  #version: Found | undefined;
  #isBegun = false;

  /** Begins behind this key, or with the first for an empty one. */
  constructor(
    tx: Transaction,
    { items, log }: { readonly items: Tree; readonly log: ReplicaLog },
    behind: Uint8Array,
  ) {
    const from = behind.length === 0 ? behind : successor(behind);
    this.#items = tx.cursor(items, { from });
    this.#versions = tx.cursor(log.tree, { from: versionKey(from), to: versionRange.to });
  }

  async next(): Promise<CopiedItem | undefined> {
    if (!this.#isBegun) {
      this.#isBegun = true;
      await this.#nextItem();
      await this.#nextVersion();
    }
    for (;;) {
      const item = this.#item;
      const version = this.#version;
      if (item === undefined && version === undefined) return undefined;
      const order = orderOf(item, version);
      if (order <= 0) await this.#nextItem();
      if (order >= 0) await this.#nextVersion();
      if (order < 0 && item !== undefined) return { key: item.key, item: item.value };
      if (version === undefined) continue;
      const decoded = decodeVersion(version.value);
      if (order === 0) return { key: version.key, version: decoded, item: item?.value };
      if (decoded.isDeleted) return { key: version.key, version: decoded, item: undefined };
    }
  }

  async #nextItem(): Promise<void> {
    const entry = await this.#items.next();
    this.#item = entry && { key: entry.key.slice(), value: entry.value.slice() };
  }

  async #nextVersion(): Promise<void> {
    const entry = await this.#versions.next();
    this.#version = entry && { key: keyOfVersion(entry.key), value: entry.value.slice() };
  }
}

/** Less than zero where the item comes first; what has ended comes last. */
function orderOf(item: Found | undefined, version: Found | undefined): number {
  if (item === undefined) return 1;
  return version === undefined ? -1 : compareBytes(item.key, version.key);
}
