/** The grants of this store's tables: those from before there were any get one, and what no table needs is given back. */
import type { Log } from '../base/log.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Catalog } from './catalog.ts';
import { identityOf, type TableRecord } from './catalog-record.ts';

interface GrantCareOptions {
  readonly catalog: Pick<Catalog, 'all' | 'deleted' | 'update' | 'isUncertain'>;
  readonly keys: Pick<TableKeys, 'adoptGrant' | 'retireOtherGrants'>;
  readonly log: Log;
}

export class GrantCare {
  readonly #catalog: GrantCareOptions['catalog'];
  readonly #keys: GrantCareOptions['keys'];
  readonly #log: Log;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor({ catalog, keys, log }: GrantCareOptions) {
    this.#catalog = catalog;
    this.#keys = keys;
    this.#log = log;
  }

  /**
   * Once a table's record names its grant, one that is missing was taken away, and is not made again. Never rejects: what
   * could not be written down now is done at the next opening.
   */
  async adoptAll(): Promise<void> {
    const isFromBefore = ({ encryption, keys }: TableRecord) =>
      encryption !== 'owned' && keys.grantId === undefined;
    const records = this.#catalog.all().map(({ record }) => record);
    for (const record of records.filter(isFromBefore)) await this.#adopt(record);
    for (const deleted of this.#catalog.deleted()) {
      if (deleted.keys.grantId !== undefined) continue;
      await this.#keys.adoptGrant(identityOf(deleted), deleted.keys.keyArn);
    }
  }

  /** A table is gone, or is under another key. */
  left(): void {
    this.retireOthers().catch((fault: unknown) => {
      this.#log.warn({ fault }, 'A grant that no table needs could not be given back yet.');
    });
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    await this.#looking?.catch(() => {});
  }

  /** Looks for grants that no table needs. Asked during a look, it looks once more. */
  retireOthers(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      // A change of the catalogue that is under way in this turn is through by then.
      await new Promise((resolve) => setImmediate(resolve));
      // After a failed commit nobody knows whether the table is there: the next look may.
      if (!this.#catalog.isUncertain) await this.#keys.retireOtherGrants();
    }
  }

  async #adopt(record: TableRecord): Promise<void> {
    const { keyArn } = record.keys;
    try {
      const grantId = await this.#keys.adoptGrant(identityOf(record), keyArn);
      if (grantId === undefined) return;
      await this.#catalog.update(record, (current) =>
        current.keys.keyArn === keyArn ? { ...current, keys: { ...current.keys, grantId } } : current,
      );
    } catch (fault) {
      this.#log.warn({ table: record.id, fault }, 'A table could not be given its grant.');
    }
  }
}
