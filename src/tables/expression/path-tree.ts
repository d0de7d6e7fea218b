/** The paths of one projection or update as a tree: finds overlaps in one pass, and is what walks an item. */
import { type Path, pathText } from './path.ts';

/** A node is a leaf (a path ends here) or has children; children are names of a map or indexes of a list. */
export interface PathNode<Leaf> {
  readonly leaf: Leaf | undefined;
  readonly names: ReadonlyMap<string, PathNode<Leaf>>;
  /** In ascending order. */
  readonly indexes: readonly (readonly [index: number, node: PathNode<Leaf>])[];
}

interface Growing<Leaf> {
  /** The first path through here. */
  readonly first: Path;
  /** The path that ends here, with what it carries. */
  end: { readonly path: Path; readonly leaf: Leaf } | undefined;
  readonly names: Map<string, Growing<Leaf>>;
  readonly indexes: Map<number, Growing<Leaf>>;
}

const newNode = <Leaf>(first: Path): Growing<Leaf> => ({
  first,
  end: undefined,
  names: new Map(),
  indexes: new Map(),
});

/** Why paths cannot stand together; an overlap outweighs a conflict that comes before it. */
type PathClash = string;

function clash(kind: 'overlap' | 'conflict', one: Path, two: Path): PathClash {
  return (
    `Two document paths ${kind} with each other; must remove or rewrite one of these paths; ` +
    `path one: ${pathText(one)}, path two: ${pathText(two)}`
  );
}

export class PathTree<Leaf> {
  private readonly top = newNode<Leaf>([]);
  private overlap: PathClash | undefined;
  private conflict: PathClash | undefined;

  add(path: Path, leaf: Leaf): void {
    let node = this.top;
    for (const step of path) {
      if (node.end !== undefined) this.overlap ??= clash('overlap', node.end.path, path);
      node = this.child(node, step, path);
    }
    if (node.first !== path) this.overlap ??= clash('overlap', node.first, path);
    node.end ??= { path, leaf };
  }

  private child(node: Growing<Leaf>, step: string | number, path: Path): Growing<Leaf> {
    if (typeof step === 'string') {
      const [other] = node.indexes.values();
      if (other !== undefined) this.conflict ??= clash('conflict', other.first, path);
      return childOf(node.names, step, path);
    }
    const [other] = node.names.values();
    if (other !== undefined) this.conflict ??= clash('conflict', other.first, path);
    return childOf(node.indexes, step, path);
  }

  /** The sentence to refuse with, if the paths cannot stand together. */
  clash(): PathClash | undefined {
    return this.overlap ?? this.conflict;
  }

  /** The tree of paths that do not clash. */
  root(): PathNode<Leaf> {
    return settled(this.top);
  }
}

function childOf<Step, Leaf>(children: Map<Step, Growing<Leaf>>, step: Step, path: Path): Growing<Leaf> {
  const known = children.get(step);
  if (known !== undefined) return known;
  const made = newNode<Leaf>(path);
  children.set(step, made);
  return made;
}

function settled<Leaf>(node: Growing<Leaf>): PathNode<Leaf> {
  return {
    leaf: node.end?.leaf,
    names: new Map([...node.names].map(([name, child]) => [name, settled(child)])),
    indexes: [...node.indexes]
      .sort(([left], [right]) => left - right)
      .map(([index, child]) => [index, settled(child)]),
  };
}
