/** What a SELECT gives of an item: each path at the top, under the name of its last step (spec 6.2). */
import type { AttributeValue, Item } from '../attribute.ts';
import { type Path, valueAt } from '../expression/path.ts';
import type { Projection } from '../expression/projection.ts';

/** Of two paths with one name the later is seen. */
export function flatProjection(paths: readonly Path[]): Projection {
  const columns = paths.map((path) => ({ path, name: columnName(path) }));
  return {
    paths,
    project: (item: Item) => {
      const row = new Map<string, AttributeValue>();
      for (const { path, name } of columns) {
        const value = valueAt(item, path);
        if (value !== undefined) row.set(name, value);
      }
      return row;
    },
  };
}

/** The last name of the path with the indexes behind it: `c[0]` for `a.b.c[0]`. */
function columnName(path: Path): string {
  const last = path.findLastIndex((step) => typeof step === 'string');
  return path
    .slice(last)
    .reduce<string>((name, step) => name + (typeof step === 'number' ? `[${step}]` : step), '');
}
