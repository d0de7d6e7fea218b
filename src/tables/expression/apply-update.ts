/** Updates applied to items: everything is read from the item as it was (spec 2.3). */
import type { AttributeType, AttributeValue, Item, ItemMap } from '../attribute.ts';
import { nestingLevelsMax, nestingTooDeep } from '../attribute-check.ts';
import { itemBytes, itemBytesMax } from '../item-size.ts';
import { type BoundAction, type BoundUpdate, typeGiven } from './bound-update.ts';
import type { Path } from './path.ts';
import type { PathNode } from './path-tree.ts';
import { prunedMap } from './projection.ts';
import { refuse } from './refusal.ts';
import { addedTo, deletedFrom } from './set-arithmetic.ts';
import { setValueOf } from './set-value.ts';

export interface Update {
  /** What is written, and what right-hand sides read. */
  readonly targets: readonly Path[];
  readonly sources: readonly Path[];
  /** The types that whole attributes get, by their names, as far as the update says so before it sees an item. */
  knownTypes(): ReadonlyMap<string, AttributeType>;
  /**
   * The item after the update; an absent one starts from its key. Undefined where an absent item stays absent.
   * Refuses what only the item shows to be wrong; the old item is never changed.
   */
  apply(old: Item | undefined, key: Item): Item | undefined;
  /** The target paths as this item has them (UPDATED_OLD, UPDATED_NEW); undefined where it has none. */
  touched(item: Item | undefined): Item | undefined;
}

/** UpdateItem without an expression: makes an absent item of its key alone. */
export const noUpdate: Update = {
  targets: [],
  sources: [],
  knownTypes: () => new Map(),
  apply: (old, key) => old ?? key,
  touched: () => undefined,
};

type Node = PathNode<BoundAction>;

export function updateOf({ targets, sources, values, tree, creates }: BoundUpdate): Update {
  return {
    targets,
    sources,
    knownTypes: () => knownTypes(tree),
    apply: (old, key) => {
      if (old === undefined && !creates) return undefined;
      const before = old ?? key;
      try {
        const next = new Change(before, old === undefined).map(before, tree);
        checkResult(next);
        return next;
      } catch (fault) {
        // What right-hand sides lack is told before any path that is wrong.
        for (const value of values) setValueOf(before, value);
        throw fault;
      }
    },
    touched: (item) => {
      if (item === undefined) return undefined;
      const kept = prunedMap(item, tree);
      return kept.size === 0 ? undefined : kept;
    },
  };
}

function knownTypes({ names }: Node): ReadonlyMap<string, AttributeType> {
  const types = new Map<string, AttributeType>();
  for (const [name, { leaf }] of names) {
    const type = leaf && typeGiven(leaf);
    if (type !== undefined) types.set(name, type);
  }
  return types;
}

const badPath = 'The document path provided in the update expression is invalid for update';

/** One update of one item. */
class Change {
  private readonly before: Item;
  private readonly created: boolean;

  constructor(before: Item, created: boolean) {
    this.before = before;
    this.created = created;
  }

  map(map: ItemMap, { names }: Node): ItemMap {
    const next = new Map(map);
    for (const [name, child] of names) {
      const value = this.value(map.get(name), child);
      if (value === undefined) next.delete(name);
      else next.set(name, value);
    }
    return next;
  }

  private value(current: AttributeValue | undefined, node: Node): AttributeValue | undefined {
    if (node.leaf !== undefined) return this.leaf(current, node.leaf);
    // On an item that does not exist there is nothing to take away, at any path.
    if (current === undefined && this.created && takesAway(node)) return undefined;
    if (node.names.size > 0) {
      if (current === undefined || !('M' in current)) refuse(badPath);
      return { M: this.map(current.M, node) };
    }
    if (current === undefined || !('L' in current)) refuse(badPath);
    return { L: this.list(current.L, node) };
  }

  private leaf(current: AttributeValue | undefined, action: BoundAction): AttributeValue | undefined {
    switch (action.kind) {
      case 'SET':
        return setValueOf(this.before, action.value);
      case 'REMOVE':
        return undefined;
      case 'ADD':
        return addedTo(current, action.operand, action.mismatch);
      case 'DELETE':
        return deletedFrom(current, action.operand, action.mismatch);
    }
  }

  /** Every index means the old list: elements change in place, then go, and those beyond the end come after. */
  private list(list: readonly AttributeValue[], { indexes }: Node): readonly AttributeValue[] {
    const next: (AttributeValue | undefined)[] = [...list];
    // Ascending order: what lies beyond the end is appended by its index.
    for (const [index, child] of indexes) {
      const value = this.value(list[index], child);
      if (index < list.length) next[index] = value;
      else next.push(value);
    }
    return next.filter((element) => element !== undefined);
  }
}

function takesAway(node: Node): boolean {
  if (node.leaf !== undefined) return node.leaf.kind === 'REMOVE' || node.leaf.kind === 'DELETE';
  for (const child of node.names.values()) if (!takesAway(child)) return false;
  return node.indexes.every(([, child]) => takesAway(child));
}

function checkResult(item: Item): void {
  for (const value of item.values()) checkNesting(value, nestingLevelsMax);
  if (itemBytes(item) > itemBytesMax) refuse('Item size to update has exceeded the maximum allowed size');
}

/** Copying a part into itself would nest without end. */
function checkNesting(value: AttributeValue, levelsLeft: number): void {
  const members = 'M' in value ? value.M.values() : 'L' in value ? value.L : undefined;
  if (members === undefined) return;
  if (levelsLeft === 0) refuse(nestingTooDeep);
  for (const member of members) checkNesting(member, levelsLeft - 1);
}
