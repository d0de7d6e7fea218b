/** Projection expressions: parsed, checked, and applied to items. */
import type { AttributeValue, Item } from '../attribute.ts';
import { ParseFaults } from './parse-faults.ts';
import { type Path, parsePath } from './path.ts';
import { type PathNode, PathTree } from './path-tree.ts';
import type { Placeholders } from './placeholders.ts';
import { refuseExpression } from './refusal.ts';
import type { TokenCursor } from './tokens.ts';

export interface Projection {
  readonly paths: readonly Path[];
  /** The asked branches of an item, as a new item; empty where it has none of them. */
  project(item: Item): Item;
}

/** Paths with commas between them. */
export function parseProjection(cursor: TokenCursor): readonly Path[] {
  const faults = new ParseFaults('projection');
  const paths = [parsePath(cursor, faults)];
  while (cursor.takeSymbol(',')) paths.push(parsePath(cursor, faults));
  cursor.expectEnd();
  const fault = faults.first();
  if (fault !== undefined) refuseExpression(cursor.name, fault);
  return paths;
}

/** Refuses undefined names and paths that overlap or conflict. */
export function bindProjection(unbound: readonly Path[], placeholders: Placeholders): Projection {
  return projectionOf(unbound.map((path) => placeholders.path('ProjectionExpression', path)));
}

/** Refuses paths that overlap or conflict. */
export function projectionOf(paths: readonly Path[]): Projection {
  const tree = new PathTree<true>();
  for (const path of paths) tree.add(path, true);
  const clash = tree.clash();
  if (clash !== undefined) refuseExpression('ProjectionExpression', clash);
  const root = tree.root();
  return { paths, project: (item) => prunedMap(item, root) };
}

/** What of an item a tree of paths reaches; parents are rebuilt, lists closed up, empty parents left out. */
export function prunedMap<Leaf>(map: Item, { names }: PathNode<Leaf>): Item {
  const kept = new Map<string, AttributeValue>();
  for (const [name, child] of names) {
    const value = pruned(map.get(name), child);
    if (value !== undefined) kept.set(name, value);
  }
  return kept;
}

function pruned<Leaf>(value: AttributeValue | undefined, node: PathNode<Leaf>): AttributeValue | undefined {
  if (value === undefined || node.leaf !== undefined) return value;
  if ('M' in value) {
    const members = prunedMap(value.M, node);
    return members.size === 0 ? undefined : { M: members };
  }
  if (!('L' in value)) return undefined;
  const elements: AttributeValue[] = [];
  for (const [index, child] of node.indexes) {
    const element = pruned(value.L[index], child);
    if (element !== undefined) elements.push(element);
  }
  return elements.length === 0 ? undefined : { L: elements };
}
