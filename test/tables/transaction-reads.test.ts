import { expect, test } from 'vitest';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import { PageTable } from '../../src/tables/page-table.ts';
import { readAll } from '../../src/tables/transaction-reads.ts';
import { encodeKey } from '../../src/tables/tree-key.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { answeringLater } from '../support/wrapped-stores.ts';
import { item, N, S } from './support.ts';

const keySchema: KeySchema = { hash: { name: 'id', type: 'S' } };
const read = (table: PageTable, id: string) => ({ table, key: encodeKey(keySchema, item({ id: S(id) })) });

for (const [mode, wrap] of [
  ['at once', (store: ReturnType<typeof createMemoryStore>) => store],
  ['later', answeringLater],
] as const) {
  test(`the items of tables that answer ${mode} are of one moment, and in order`, async () => {
    const store = createMemoryStore();
    const engine = PageEngine.open({ store: wrap(store), storeId: store.storeId, cacheBytes: 0 });
    const open = async (tree: number) => {
      const opened = await engine.createTree(tree, nullCipher());
      return new PageTable({ name: `T${tree}`, arn: `arn${tree}`, keySchema, engine, tree: opened });
    };
    const [one, other] = [await open(2), await open(3)];
    const writeBoth = (count: number) =>
      engine.transact(async (tx) => {
        const next = item({ id: S('a'), count: N(count) });
        for (const table of [one, other]) {
          await table.writeIn(tx, read(table, 'a').key, () => ({ next, result: undefined }));
        }
      });
    const writes = [1, 2, 3].map(writeBoth);
    const reads = [read(one, 'a'), read(other, 'gone'), read(other, 'a')];
    const seen = await Promise.all([0, 1, 2].map(() => engine.transact((tx) => readAll(tx, reads))));
    await Promise.all(writes);
    for (const [first, gone, last] of seen) {
      expect(gone).toBeUndefined();
      expect(first?.item.get('count')).toEqual(last?.item.get('count'));
    }
    expect(seen.at(-1)?.[0]?.item.get('count')).toEqual(N(3));
  });
}
