/** What KMS would charge for: calls by key, table, connection and operation, and which of them a client could save. */
import { keyLifeMs } from '../keys/key-cache.ts';
import type { AuditEntry } from './entry.ts';

/** One call of a key service that counts: under a key that an account can see. */
export interface CountedCall {
  readonly operation: string;
  readonly keyArn?: string | undefined;
  readonly account: string;
  readonly region: string;
  readonly atMs: number;
  /** Of calls that the table service makes. */
  readonly table?: string | undefined;
  readonly connection?: number | undefined;
  /** Who was served, by ARN. */
  readonly caller?: string | undefined;
}

export interface UsageRow {
  readonly operation: string;
  readonly keyArn?: string;
  readonly table?: string;
  readonly connection?: number;
  readonly account: string;
  readonly region: string;
  readonly calls: number;
  /** Of the calls: those that a caller who keeps one connection open would not have caused. */
  readonly saved: number;
}

/** What a record of the trail counts for: undefined where KMS would charge nothing for it. */
export function countedCall({ atMs, event, use = {}, isCopy }: AuditEntry): CountedCall | undefined {
  if (isCopy === true) return undefined;
  if (event.eventSource !== 'kms.amazonaws.com' || event.eventType !== 'AwsApiCall') return undefined;
  return {
    operation: event.eventName,
    keyArn: event.resources?.find(({ type }) => type === 'AWS::KMS::Key')?.ARN,
    account: event.recipientAccountId,
    region: event.awsRegion,
    atMs,
    table: use.table,
    connection: use.connection,
    caller: event.userIdentity.arn,
  };
}

/** Rows beyond this go into one that names neither connection nor table. */
const rowsMax = 50_000;
/**
 * Beyond this into one that names no key and no region either, so that nobody makes this grow without end: a caller may
 * name any region.
 */
const namedRowsMax = 2 * rowsMax;
const manyRegions = 'others';
/** Callers and tables of which it is known when they had to ask last. */
const askersMax = 50_000;

interface Row {
  readonly call: Omit<UsageRow, 'calls' | 'saved'>;
  calls: number;
  saved: number;
}

export class Usage {
  readonly #rows = new Map<string, Row>();
  /** When each caller of a table would have had to ask, over one connection that stays open. */
  readonly #neededMs = new Map<string, number>();

  count(call: CountedCall): void {
    const row = this.#rowOf(call);
    row.calls++;
    if (this.#wouldBeSaved(call)) row.saved++;
  }

  rows(): readonly UsageRow[] {
    return [...this.#rows.values()].map(({ call, calls, saved }) => ({ ...call, calls, saved }));
  }

  /**
   * An estimate: as if all requests of one caller for one table came over one connection, whose key is good for five
   * minutes from the call that fetched it. A caller with many processes needs one connection for each.
   */
  #wouldBeSaved({ operation, table, caller, connection, atMs, region }: CountedCall): boolean {
    if (operation !== 'Decrypt' || table === undefined || caller === undefined || connection === undefined) {
      return false;
    }
    const asker = `${region} ${table} ${caller}`;
    const neededMs = this.#neededMs.get(asker);
    if (neededMs !== undefined && atMs - neededMs < keyLifeMs) return true;
    if (this.#neededMs.size >= askersMax) this.#neededMs.clear();
    this.#neededMs.set(asker, atMs);
    return false;
  }

  #rowOf({ operation, keyArn, table, connection, account, region }: CountedCall): Row {
    const name = [operation, keyArn, table, connection, account, region].join(' ');
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const isFull = this.#rows.size >= rowsMax;
    if (isFull && (table !== undefined || connection !== undefined)) {
      return this.#rowOf({ operation, keyArn, account, region, atMs: 0 });
    }
    if (this.#rows.size >= namedRowsMax && region !== manyRegions) {
      return this.#rowOf({ operation, account, region: manyRegions, atMs: 0 });
    }
    const call = {
      operation,
      account,
      region,
      ...(keyArn === undefined ? {} : { keyArn }),
      ...(table === undefined ? {} : { table }),
      ...(connection === undefined ? {} : { connection }),
    };
    const row = { call, calls: 0, saved: 0 };
    this.#rows.set(name, row);
    return row;
  }
}

export interface UsageSum {
  readonly name: string;
  readonly calls: number;
  readonly saved: number;
}

/** Rows added up by what `nameOf` says of them, the largest sum first. */
export function sumBy(rows: readonly UsageRow[], nameOf: (row: UsageRow) => string): readonly UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const name = nameOf(row);
    const { calls, saved } = sums.get(name) ?? { calls: 0, saved: 0 };
    sums.set(name, { name, calls: calls + row.calls, saved: saved + row.saved });
  }
  return [...sums.values()].sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}
