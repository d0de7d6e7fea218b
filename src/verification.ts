/** Opens every page of every table, and tells faults by the table they are in. */
import { IntegrityFault, isRefusal, Outage, type OutageCode } from './base/errors.ts';
import type { TableKeys } from './keys/table-keys.ts';
import type { PageEngine } from './pages/pages.ts';
import { catalogId, catalogTree, rootTree } from './tables/catalog-root.ts';
import type { TreeOwner } from './tables/table-summary.ts';
import type { Tables } from './tables/tables.ts';

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
  /** All tables, also those that could not be checked; deleted ones with streams to be read do not count. */
  readonly tables: number;
  readonly faults: readonly Fault[];
  /** Tables whose key could not be used, so that nothing is known of them. */
  readonly skipped: readonly SkippedTable[];
}

export interface SkippedTable {
  readonly table: string;
  readonly reason: string;
  /** Where its key service could not be asked; absent where that refused the key. */
  readonly outage?: OutageCode;
}

export interface VerificationParts {
  readonly engine: Pick<PageEngine, 'verify'>;
  readonly keys: Pick<TableKeys, 'withService' | 'cipher'>;
  readonly tables: Pick<Tables, 'summaries' | 'deletedSummaries'>;
}

/** Writes wait meanwhile. Rejects on outages only, those of a key service apart: faults of the bytes are in the report. */
export async function verifyTables(
  { engine, keys, tables }: VerificationParts,
  progress?: (done: number, total: number) => void,
): Promise<Report> {
  const present = tables.summaries();
  const all: readonly TreeOwner[] = [...present, ...tables.deletedSummaries()];
  const skipped = new Map<string, Omit<SkippedTable, 'table'>>();
  const faults: Fault[] = [];
  const run = async (open: readonly TreeOwner[]) => {
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
  const unusable = (table: TreeOwner, fault: unknown) => {
    if (isRefusal(fault, 'TableKeyRefused')) skipped.set(table.id, { reason: fault.message });
    else if (isOfKeyService(fault)) skipped.set(table.id, { reason: fault.message, outage: fault.code });
    else if (fault instanceof IntegrityFault) faults.push(...keyFaults(table));
    else throw fault;
  };
  // The trees of a table that is being restored are not whole.
  const whole = all.filter((owner) => !present.some(({ id, isRestoring }) => isRestoring && id === owner.id));
  const { refused, ...found } = await withKeys({ keys, run, unusable }, whole, []);
  const tableOf = (tree: number) => all.find(({ trees }) => trees.includes(tree));
  for (const { tree, refusal } of refused) {
    const table = tableOf(tree);
    if (table !== undefined) skipped.set(table.id, { reason: refusal.message });
  }
  faults.push(...found.faults.map((fault) => ({ ...named(tableOf(fault.tree)), ...fault })));
  return {
    pages: found.pages,
    bytes: found.bytes,
    tables: present.length,
    faults,
    skipped: all.flatMap((table) => {
      const why = skipped.get(table.id);
      return why === undefined ? [] : [{ table: table.name, ...why }];
    }),
  };
}

interface Run<T> {
  readonly keys: VerificationParts['keys'];
  readonly run: (open: readonly TreeOwner[]) => Promise<T>;
  /** The keys of a table do not open; throws what is no matter of that table. */
  readonly unusable: (table: TreeOwner, fault: unknown) => void;
}

/** Runs with the keys of as many tables open as can be opened, one within the other. */
async function withKeys<T>(way: Run<T>, rest: readonly TreeOwner[], open: readonly TreeOwner[]): Promise<T> {
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

/** A remote service that is away takes no table with it but its own. */
function isOfKeyService(fault: unknown): fault is Outage {
  return fault instanceof Outage && fault.code.startsWith('KeyService');
}

function keyFaults(table: TreeOwner): readonly Fault[] {
  return table.trees.map((tree) => ({ ...named(table), tree, problem: 'its keys do not open' }));
}

function named(table: TreeOwner | undefined): { table?: string } {
  return table === undefined ? {} : { table: table.name };
}
