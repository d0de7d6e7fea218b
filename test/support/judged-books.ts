/** A table for tests of what conditions may ask: partition `owner`, sort `id`, and an index over `shelf`. */
import type { JudgedTable } from '../../src/tables/judged-table.ts';

export const books: JudgedTable = {
  keySchema: { hash: { name: 'owner', type: 'S' }, range: { name: 'id', type: 'N' } },
  tags: [{ Key: 'team', Value: 'x' }],
  index: (name) =>
    name === 'shelves'
      ? { hash: [{ name: 'shelf', type: 'N' }], range: [{ name: 'title', type: 'S' }] }
      : undefined,
  policy: () => undefined,
};
