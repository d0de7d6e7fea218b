/** What whoever copies tables needs of the catalogue: the record of a table, the right to copy it, and where to write that down. */
import { Refusal } from '../base/errors.ts';
import type { ClientConnection } from '../keys/client-connection.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import { isWhole, isWithdrawn, type TableRecord } from './catalog-record.ts';
import type { CatalogShelf } from './catalog-shelf.ts';
import type { PastChoice, TablePasts } from './past/table-pasts.ts';
import { bareTableName } from './table-name.ts';

export interface TableCopyingOptions {
  readonly catalog: Pick<Catalog, 'find' | 'findById' | 'shelf'>;
  readonly keys: Pick<TableKeys, 'authorize'>;
  readonly pasts: Pick<TablePasts, 'change'>;
}

export class TableCopying {
  readonly shelf: CatalogShelf;
  readonly #catalog: TableCopyingOptions['catalog'];
  readonly #keys: TableCopyingOptions['keys'];
  readonly #pasts: TableCopyingOptions['pasts'];

  constructor({ catalog, keys, pasts }: TableCopyingOptions) {
    this.#pasts = pasts;
    this.shelf = catalog.shelf;
    this.#catalog = catalog;
    this.#keys = keys;
  }

  /** Needs no key; undefined where there is none. */
  recordOf(id: string): TableRecord | undefined {
    return this.#catalog.findById(id)?.record;
  }

  /**
   * Needs no key. Refuses ContinuousTableNotFound, also for a table that is not made yet (aws-behaviour §1.9) or is archived.
   */
  find(caller: Caller, given: string): TableRecord {
    return this.#find(caller, given).record;
  }

  /** Begins or ends to keep the table's past. Refuses as `find` does, and as TablePasts.change does. */
  async changePast(caller: Caller, given: string, choice: PastChoice): Promise<TableRecord> {
    const known = this.#find(caller, given);
    await this.#pasts.change(caller, known, choice);
    return known.record;
  }

  #find(caller: Caller, given: string): KnownTable {
    const name = bareTableName(caller, given);
    const known = name === undefined ? undefined : this.#catalog.find(caller.account, caller.region, name);
    const isThere = known !== undefined && isWhole(known.record) && !isWithdrawn(known.record);
    if (isThere) return known;
    throw new Refusal('ContinuousTableNotFound', { table: name ?? given });
  }

  /** Refuses as `find` does, and TableKeyRefused where this caller may not use the table's key. */
  async findReadable(caller: Caller, connection: ClientConnection, given: string): Promise<TableRecord> {
    const record = this.find(caller, given);
    await this.#keys.authorize(caller, connection, record.id);
    return record;
  }
}
