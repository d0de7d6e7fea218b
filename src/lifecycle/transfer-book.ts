/** The exports, or the imports, of a store: each on the catalogue's shelf, known for ninety days, found by ARN or token. */
import type { Clock } from '../base/clock.ts';
import { fillRandom } from '../crypto/random.ts';
import type { CatalogShelf, ShelfEntry } from '../tables/catalog-shelf.ts';
import type { Namespace } from '../tables/table-name.ts';

export type TransferStatus = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

export interface TransferFailure {
  readonly code: string;
  readonly message: string;
}

/** What exports and imports have in common. */
export interface Transfer extends Namespace {
  /** The end of its ARN. */
  readonly id: string;
  readonly arn: string;
  readonly tableArn: string;
  readonly tableId: string;
  readonly bucket: string;
  readonly bucketOwner?: string;
  readonly prefix?: string;
  readonly clientToken: string;
  /** The same of two requests exactly where they ask for the same. */
  readonly asked: string;
  readonly startedAtMs: number;
  readonly status: TransferStatus;
  readonly endedAtMs?: number;
  /** Present exactly where it failed. */
  readonly failure?: TransferFailure;
}

export interface TransferBookOptions<T> {
  readonly kind: string;
  /** Throws IntegrityFault for what another version wrote. */
  readonly decode: (entry: ShelfEntry) => T;
  readonly shelf: CatalogShelf;
  readonly clock: Clock;
}

/** So long one is told of (AWS). */
const keptMs = 90 * 24 * 3_600_000;
/** So long a token stands for one request (AWS). */
const tokenMs = 8 * 3_600_000;
const format = 1;

export class TransferBook<T extends Transfer> {
  readonly #options: TransferBookOptions<T>;
  readonly #transfers = new Map<string, T>();

  private constructor(options: TransferBookOptions<T>) {
    this.#options = options;
  }

  /** Reads what there is, and forgets what is too old. */
  static async open<T extends Transfer>(options: TransferBookOptions<T>): Promise<TransferBook<T>> {
    const book = new TransferBook(options);
    const { shelf, kind, decode, clock } = options;
    for (const entry of await shelf.all(kind)) {
      const transfer = decode(entry);
      if (transfer.startedAtMs + keptMs <= clock.nowMs()) await shelf.remove(kind, transfer.id);
      else book.#transfers.set(transfer.id, transfer);
    }
    return book;
  }

  newId(): string {
    const random = Buffer.alloc(4);
    fillRandom(random);
    return `${String(this.#options.clock.nowMs()).padStart(14, '0')}-${random.toString('hex')}`;
  }

  /** A new one, found from this moment on; gone again where it cannot be stored. */
  async add(transfer: T): Promise<void> {
    this.#transfers.set(transfer.id, transfer);
    try {
      await this.keep(transfer);
    } catch (fault) {
      this.#transfers.delete(transfer.id);
      throw fault;
    }
  }

  /** Durable once it resolves, in place of what was known of it. */
  async keep(transfer: T): Promise<void> {
    const { shelf, kind } = this.#options;
    await shelf.put(kind, transfer.id, { format, ...transfer });
    this.#transfers.set(transfer.id, transfer);
  }

  /** Whatever a process before this one had under way, in all accounts and regions. */
  unfinished(): readonly T[] {
    return [...this.#transfers.values()].filter(({ status }) => status === 'IN_PROGRESS');
  }

  /** Of one account and region, or of one table there, the newest first. */
  all({ account, region }: Namespace, table?: string): readonly T[] {
    const sinceMs = this.#options.clock.nowMs() - keptMs;
    return [...this.#transfers.values()]
      .filter((transfer) => transfer.account === account && transfer.region === region)
      .filter(({ tableArn }) => table === undefined || tableArn === table)
      .filter(({ startedAtMs }) => startedAtMs > sinceMs)
      .toSorted((a, b) => (a.id > b.id ? -1 : 1));
  }

  /** The one that this token stands for, whatever it asked for. */
  withToken(namespace: Namespace, token: string | undefined): T | undefined {
    const sinceMs = this.#options.clock.nowMs() - tokenMs;
    return this.all(namespace).find(
      ({ clientToken, startedAtMs }) => clientToken === token && startedAtMs > sinceMs,
    );
  }
}

/** The stored value without its format, or undefined for another version's. */
export function transferValue({ value }: ShelfEntry): object | undefined {
  const isOurs = typeof value === 'object' && value !== null && 'format' in value && value.format === format;
  if (!isOurs) return undefined;
  const { format: _, ...transfer } = value;
  return transfer;
}
