/** Counts what a tree has in the store by data key, as pages and heads name it in clear: no key is needed for it. */
import { IntegrityFault } from '../base/errors.ts';
import type { PageStore } from '../store/page-store.ts';
import { clearHeaderBytes, dataKeyIdAt, readU32 } from './layout.ts';

export interface TreeCensus {
  /** The data key that the head names; undefined where there is no head. */
  readonly head: number | undefined;
  /** Pages by the data key that they name. */
  readonly pages: ReadonlyMap<number, number>;
}

const listedMax = 4096;
const batchPages = 256;

/**
 * What is written or deleted meanwhile may be counted or not. Throws IntegrityFault for what is too short to name a data
 * key.
 */
export async function takeCensus(store: PageStore, tree: number): Promise<TreeCensus> {
  const pages = new Map<number, number>();
  for (let after = -1; ; ) {
    const ids = await store.listPages(tree, after, listedMax);
    for (let start = 0; start < ids.length; start += batchPages) {
      const batch = ids.slice(start, start + batchPages);
      const found = await store.readPages(tree, batch);
      for (let i = 0; i < batch.length; i++) {
        const body = found[i]?.body;
        if (body === undefined) continue;
        const dataKeyId = namedDataKey(body, { tree, page: batch[i] as number });
        pages.set(dataKeyId, (pages.get(dataKeyId) ?? 0) + 1);
      }
      // Requests go on between batches, also where the store answers at once.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < listedMax) break;
    after = last;
  }
  const [head] = await store.readHeads([tree]);
  return { head: head === undefined ? undefined : namedDataKey(head.body, { tree, record: 'head' }), pages };
}

/** The data key that a stored page or head says it is under: true once it has opened. */
export function namedDataKey(body: Uint8Array, place: IntegrityFault['place']): number {
  if (body.length < clearHeaderBytes) throw new IntegrityFault(place);
  return readU32(body, dataKeyIdAt);
}
