/** Opens every page of every table, and tells faults by the table they are in. */
import { IntegrityFault, isRefusal } from './base/errors.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { PageEngine } from './pages/pages.ts';
import { catalogId, catalogTree, rootTree } from './tables/catalog-root.ts';
import type { TableSummary, Tables } from './tables/tables.ts';

export interface Fault {
  /** Absent where no table is known to have the tree: the catalogue, or what nobody vouches for. */
  readonly table?: string;
  readonly tree: number;
  readonly page?: number;
  /** A phrase that follows the place: `is missing`. */
  readonly problem: string;
}

export interface Report {
  /** Pages that opened, and their bytes. */
  readonly pages: number;
  readonly bytes: number;
  /** All tables, also those that could not be checked. */
  readonly tables: number;
  readonly faults: readonly Fault[];
  /** Tables whose key could not be used, so that nothing is known of them. */
  readonly skipped: readonly { readonly table: string; readonly reason: string }[];
}

export interface VerificationParts {
  readonly engine: Pick<PageEngine, 'verify'>;
  readonly keys: Pick<TableKeys, 'withService' | 'cipher'>;
  readonly tables: Pick<Tables, 'summaries'>;
}

/** Writes wait meanwhile. Rejects on outages only: faults of the bytes are in the report. */
export async function verifyTables(
  { engine, keys, tables }: VerificationParts,
  progress?: (done: number, total: number) => void,
): Promise<Report> {
  const all = tables.summaries();
  const skipped = new Map<string, string>();
  const faults: Fault[] = [];
  const run = async (open: readonly TableSummary[]) => {
    const opened = new Set(open);
    const trees = open.flatMap(({ id, trees: numbers }) =>
      numbers.map((tree) => ({ id: tree, cipher: keys.cipher(id, tree) })),
    );
    return engine.verify({
      trees: [{ id: catalogTree, cipher: keys.cipher(catalogId, catalogTree) }, ...trees],
      unwalked: [rootTree, ...all.filter((table) => !opened.has(table)).flatMap((table) => table.trees)],
      ...(progress === undefined ? {} : { progress }),
    });
  };
  const unusable = (table: TableSummary, fault: unknown) => {
    if (isRefusal(fault, 'TableKeyRefused')) skipped.set(table.id, fault.message);
    else if (fault instanceof IntegrityFault) faults.push(...keyFaults(table));
    else throw fault;
  };
  const { refused, ...found } = await withKeys({ keys, run, unusable }, all, []);
  const tableOf = (tree: number) => all.find(({ trees }) => trees.includes(tree));
  for (const { tree, refusal } of refused) {
    const table = tableOf(tree);
    if (table !== undefined) skipped.set(table.id, refusal.message);
  }
  faults.push(...found.faults.map((fault) => ({ ...named(tableOf(fault.tree)), ...fault })));
  return {
    pages: found.pages,
    bytes: found.bytes,
    tables: all.length,
    faults,
    skipped: all.flatMap((table) => {
      const reason = skipped.get(table.id);
      return reason === undefined ? [] : [{ table: table.name, reason }];
    }),
  };
}

interface Run<T> {
  readonly keys: VerificationParts['keys'];
  readonly run: (open: readonly TableSummary[]) => Promise<T>;
  /** The keys of a table do not open; throws what is no matter of that table. */
  readonly unusable: (table: TableSummary, fault: unknown) => void;
}

/** Runs with the keys of as many tables open as can be opened, one within the other. */
async function withKeys<T>(
  way: Run<T>,
  rest: readonly TableSummary[],
  open: readonly TableSummary[],
): Promise<T> {
  const [table, ...others] = rest;
  if (table === undefined) return way.run(open);
  let isOpen = false;
  try {
    return await way.keys.withService(table, () => {
      isOpen = true;
      return withKeys(way, others, [...open, table]);
    });
  } catch (fault) {
    if (isOpen) throw fault;
    way.unusable(table, fault);
    return withKeys(way, others, open);
  }
}

function keyFaults(table: TableSummary): readonly Fault[] {
  return table.trees.map((tree) => ({ ...named(table), tree, problem: 'its keys do not open' }));
}

function named(table: TableSummary | undefined): { table?: string } {
  return table === undefined ? {} : { table: table.name };
}
