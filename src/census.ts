/** Which data key, and through it which KMS key, every page of a store is under; and whether a key may go for good. */
import { Refusal } from './base/errors.ts';
import type { EmbeddedKms, KeySummary } from './kms/embedded/embedded-kms.ts';
import { takeCensus } from './pages/census.ts';
import type { PageStore } from './store/page-store.ts';
import type { TableRecord } from './tables/catalog-record.ts';
import { catalogTree, readCatalogKeys } from './tables/catalog-root.ts';
import type { DataKeyUpkeep, TableDataKeys, TreeDataKeys } from './tables/data-key-upkeep.ts';

/** The pages of one tree that are under one data key. */
export interface CensusRow {
  /** Absent for the catalogue. */
  readonly table?: string;
  readonly region: string;
  readonly tree: number;
  /** `items`, `index <name>`, `stream`, `stream, table deleted` or `catalogue`. */
  readonly part: string;
  readonly dataKeyId: number;
  /** What is sealed now is sealed with it. Pages under others wait to be moved. */
  readonly isCurrent: boolean;
  /** The tree's head included. */
  readonly pages: number;
  /** The KMS key that the data key is under. */
  readonly keyArn: string;
}

export type RetirementReason =
  /** The table cannot be opened without the key. */
  | { readonly kind: 'table'; readonly table: string; readonly region: string; readonly pages: number }
  /** A table cannot be restored from the backup without the key, whatever became of the table that it is of. */
  | { readonly kind: 'backup'; readonly backupArn: string; readonly table: string; readonly region: string }
  /** The next table that asks for the AWS managed key is put under it. */
  | { readonly kind: 'managed'; readonly region: string };

export interface Retirement {
  readonly keyArn: string;
  /** True where nothing in this store needs the key. What callers encrypted with it themselves nobody here knows. */
  readonly mayRetire: boolean;
  readonly reasons: readonly RetirementReason[];
}

export interface CensusParts {
  readonly store: PageStore;
  readonly upkeep: Pick<DataKeyUpkeep, 'dataKeys'>;
}

/** Needs no table's key: pages name their data keys in clear. Throws IntegrityFault for pages that name none. */
export async function takeStoreCensus({ store, upkeep }: CensusParts): Promise<readonly CensusRow[]> {
  const rows: CensusRow[] = [];
  const count = async (
    owner: Omit<TableDataKeys, 'trees' | 'table'> & { table?: string },
    tree: TreeDataKeys,
  ) => {
    const { head, pages } = await takeCensus(store, tree.tree);
    const counted = new Map(pages);
    if (head !== undefined) counted.set(head, (counted.get(head) ?? 0) + 1);
    // A data key that nothing is under any more is on its way out, and shown until it has gone.
    for (const id of tree.dataKeyIds) if (!counted.has(id)) counted.set(id, 0);
    for (const [dataKeyId, found] of [...counted].sort(([a], [b]) => a - b)) {
      const isCurrent = dataKeyId === tree.dataKeyIds.at(-1);
      rows.push({ ...owner, tree: tree.tree, part: tree.part, dataKeyId, isCurrent, pages: found });
    }
  };
  const { keyArn, region, dataKeyIds } = await readCatalogKeys(store);
  await count({ region, keyArn }, { tree: catalogTree, part: 'catalogue', dataKeyIds });
  for (const { table, trees, ...owner } of upkeep.dataKeys()) {
    for (const tree of trees) await count({ table, region: owner.region, keyArn: owner.keyArn }, tree);
  }
  return rows;
}

export interface RetirementParts extends CensusParts {
  readonly kms: Pick<EmbeddedKms, 'summaries'>;
  /** All there are, with the tables that they are of. */
  readonly backups: () => readonly BackedUp[];
}

interface BackedUp {
  readonly arn: string;
  readonly source: Pick<TableRecord, 'definition' | 'region' | 'keys'>;
}

/**
 * `key`: a key id, an ARN or an alias, which is looked for in `region`; of a key of another service, the ARN that tables are
 * under. Refuses KeyNotFound.
 */
export async function mayRetire(
  parts: RetirementParts,
  { key, region }: { readonly key: string; readonly region: string },
): Promise<Retirement> {
  const census = await takeStoreCensus(parts);
  const known = parts.kms.summaries().find((summary) => isKey(summary, key, region));
  const held = parts.backups();
  const isInUse = [...census, ...held.map(({ source }) => source.keys)].some(({ keyArn }) => keyArn === key);
  const found = known ?? (isInUse ? { arn: key, manager: 'CUSTOMER', region } : undefined);
  if (found === undefined) throw new Refusal('KeyNotFound', { keyArn: key });
  const rows = census.filter(({ keyArn }) => keyArn === found.arn);
  const pages = new Map<string, RetirementReason & { kind: 'table' }>();
  for (const row of rows) {
    const { table = 'catalogue' } = row;
    const place = `${row.region}/${table}`;
    const before = pages.get(place)?.pages ?? 0;
    pages.set(place, { kind: 'table', table, region: row.region, pages: before + row.pages });
  }
  const managed = found.manager === 'AWS' ? [{ kind: 'managed' as const, region: found.region }] : [];
  const backups = held
    .filter(({ source }) => source.keys.keyArn === found.arn)
    .map(({ arn, source }) => ({
      kind: 'backup' as const,
      backupArn: arn,
      table: source.definition.name,
      region: source.region,
    }));
  const reasons = [...pages.values(), ...backups, ...managed];
  return { keyArn: found.arn, mayRetire: reasons.length === 0, reasons };
}

function isKey({ keyId, arn, aliases, region: of }: KeySummary, key: string, region: string): boolean {
  if (keyId === key || arn === key) return true;
  const alias = key.startsWith('arn:') ? key.slice(key.lastIndexOf(':') + 1) : key;
  const isHere = key.startsWith('arn:') ? key.split(':')[3] === of : of === region;
  return isHere && aliases.includes(alias);
}
