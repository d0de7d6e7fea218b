/** Opens every stored page of trees past the cache, and says which are not what was written. */
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { PageStore } from '../store/page-store.ts';
import type { PageCipher } from './page-cipher.ts';
import type { PageSource } from './page-source.ts';
import type { PageSealer } from './sealed-page.ts';
import type { StoredTree } from './stored-tree.ts';
import { TreeWalk, type VerifyFault, type WalkReport } from './tree-walk.ts';

export interface VerifyOptions {
  readonly trees: readonly { readonly id: number; readonly cipher: PageCipher }[];
  /** Trees that are known but not to be walked: their keys are out of reach, or they are a head only. */
  readonly unwalked?: readonly number[];
  /** Pages that have opened, and how many the heads count. */
  readonly progress?: (done: number, total: number) => void;
}

export interface VerifyReport {
  /** Pages that opened, and the bytes of their bodies. */
  readonly pages: number;
  readonly bytes: number;
  readonly faults: readonly VerifyFault[];
  /** Trees whose cipher refused, so that they are not, or not wholly, checked. */
  readonly refused: readonly { readonly tree: number; readonly refusal: Refusal }[];
}

export interface SliceOptions {
  readonly tree: { readonly id: number; readonly cipher: PageCipher };
  /** Where the slice before ended. */
  readonly from?: Uint8Array | undefined;
  readonly pagesMax: number;
}

export interface SliceReport {
  readonly pages: number;
  readonly bytes: number;
  readonly faults: readonly VerifyFault[];
  /** Where the next slice begins; absent at the end of the tree. */
  readonly next?: Uint8Array;
}

/** What the engine lends. The store must hold exactly the committed state throughout. */
export interface VerifyParts {
  readonly store: PageStore;
  readonly source: PageSource;
  readonly sealer: PageSealer;
  /** For each open tree the version of the head that this process has seen last. */
  readonly knownVersions: ReadonlyMap<number, number>;
}

/** What a head can be that is not what was written. */
export const headProblems = {
  missing: 'its head is missing',
  older: 'its head is older than one that was read before',
  changed: 'its head does not open',
  /** Of a page of it. */
  log: 'is not the page of the log that was written',
} as const;

const listedMax = 4096;

/** Rejects on outages only: faults of the bytes are in the report. */
export async function verifyTrees(parts: VerifyParts, options: VerifyOptions): Promise<VerifyReport> {
  const { store, sealer } = parts;
  const report: WalkReport = { pages: 0, bytes: 0, faults: [] };
  const refused: { tree: number; refusal: Refusal }[] = [];
  const unlessRefused = async (tree: number, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      refused.push({ tree, refusal: fault });
    }
  };
  let total = 0;
  const onBatch = () => options.progress?.(report.pages, total);
  const walks: TreeWalk[] = [];
  for (const { id, cipher } of options.trees) {
    await unlessRefused(id, async () => {
      const stored = await openTree(parts, report, id, cipher);
      if (stored === undefined) return;
      total += stored.head.pages;
      walks.push(new TreeWalk({ store, sealer, report, onBatch, id, cipher, stored }));
    });
  }
  for (const walk of walks) await unlessRefused(walk.id, () => walk.run());
  const walked = options.trees.map(({ id }) => id);
  const known = new Set([...walked, ...(options.unwalked ?? []), ...parts.knownVersions.keys()]);
  await findUnknownTrees(store, report, known);
  return { ...report, refused };
}

/** Rejects on outages, and with what the cipher refuses. */
export async function verifySlice(parts: VerifyParts, options: SliceOptions): Promise<SliceReport> {
  const { store, sealer } = parts;
  const { tree, from, pagesMax } = options;
  const report: WalkReport = { pages: 0, bytes: 0, faults: [] };
  const stored = await openTree(parts, report, tree.id, tree.cipher);
  if (stored === undefined) return report;
  const walk = new TreeWalk({ store, sealer, report, onBatch: () => {}, ...tree, stored });
  const next = await walk.runSlice({ from, pagesMax });
  return next === undefined ? report : { ...report, next };
}

/** Undefined, and a fault in the report, where there is nothing to begin at. */
async function openTree(
  { source, knownVersions }: VerifyParts,
  { faults }: WalkReport,
  tree: number,
  cipher: PageCipher,
): Promise<StoredTree | undefined> {
  try {
    const stored = await source.readTree(tree, cipher);
    if (stored === undefined) faults.push({ tree, problem: headProblems.missing });
    else if (stored.head.version < (knownVersions.get(tree) ?? 0)) {
      faults.push({ tree, problem: headProblems.older });
    }
    return stored;
  } catch (fault) {
    if (!(fault instanceof IntegrityFault)) throw fault;
    const { page } = fault.place;
    if (page === undefined) faults.push({ tree, problem: headProblems.changed });
    else faults.push({ tree, page, problem: headProblems.log });
    return undefined;
  }
}

async function findUnknownTrees(
  store: PageStore,
  { faults }: WalkReport,
  known: ReadonlySet<number>,
): Promise<void> {
  let after = -1;
  try {
    for (;;) {
      const trees = await store.listTrees(after, listedMax);
      for (const tree of trees) {
        if (!known.has(tree)) faults.push({ tree, problem: 'is known to no one' });
        after = tree;
      }
      if (trees.length < listedMax) return;
    }
  } catch (fault) {
    if (!(fault instanceof IntegrityFault)) throw fault;
    faults.push({ tree: after + 1, problem: 'no tree from this on can be listed' });
  }
}
