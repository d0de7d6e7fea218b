import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { PageEngine } from '../../src/pages/pages.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import { encodeItem } from '../../src/tables/item.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import { PageItemCursor } from '../../src/tables/page-item-cursor.ts';
import { nullCipher } from '../support/null-cipher.ts';
import { answeringLater } from '../support/wrapped-stores.ts';
import { item, S } from './support.ts';

const texts = Array.from({ length: 300 }, (_, n) => String(n).padStart(3, '0'));
const itemOf = (text: string) => item({ text: S(text), rest: S('x'.repeat(100)) });

async function treeOf(later: boolean) {
  const memory = createMemoryStore();
  const store = later ? answeringLater(memory) : memory;
  const engine = PageEngine.open({ store, storeId: memory.storeId, cacheBytes: 0 });
  const tree = await engine.createTree(2, nullCipher());
  const put = (text: string, value: Uint8Array) =>
    engine.transact((tx) => tx.put(tree, Buffer.from(text), value));
  await Promise.all(texts.map((text) => put(text, encodeItem(itemOf(text)))));
  return { tree, put };
}

for (const later of [false, true]) {
  describe(`over a store that answers ${later ? 'later' : 'at once'}`, () => {
    test('every item comes in order, with its size', async () => {
      const { tree } = await treeOf(later);
      const cursor = new PageItemCursor(tree.cursor());
      for (const text of texts) {
        const found = await cursor.next();
        expect(found?.itemBytes).toBe(itemBytes(itemOf(text)));
        expect(found?.item).toEqual(itemOf(text));
      }
      expect(await cursor.next()).toBeUndefined();
    });

    test('what is no item is found out before it is looked into', async () => {
      const { tree, put } = await treeOf(later);
      await put('000', Uint8Array.of(9, 9, 9, 9, 9));
      const cursor = new PageItemCursor(tree.cursor());
      await expect((async () => cursor.next())()).rejects.toThrow(IntegrityFault);
    });
  });
}
