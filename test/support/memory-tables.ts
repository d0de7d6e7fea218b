/** Tables in memory, not sealed, for tests of what stands on them: sorted keys, one write after the other. */
import type { TablesDoor } from '../../src/api/dynamodb/context.ts';
import { compareBytes } from '../../src/base/bytes.ts';
import { Refusal } from '../../src/base/errors.ts';
import type { Caller } from '../../src/kms/key-service.ts';
import type { MaybePromise } from '../../src/store/page-store.ts';
import { itemBytes } from '../../src/tables/item-size.ts';
import type { KeySchema } from '../../src/tables/key-schema.ts';
import type { ItemCursor, KeyRange, OpenTable, StoredItem, WriteDecision } from '../../src/tables/table.ts';
import type {
  EncryptionChoice,
  SettingsChange,
  TableDefinition,
  TableInfo,
} from '../../src/tables/table-record.ts';
import { isInRange } from '../../src/tables/tree-key.ts';

export const createdAtMs = 1_700_000_000_500;
export const managedKeyArn = 'arn:aws:kms:us-east-1:000000000000:key/managed';

export interface MemoryTablesOptions {
  /** Everything is answered with a promise, as where no page is cached. */
  readonly later?: boolean;
}

interface Entry {
  readonly key: Uint8Array;
  readonly stored: StoredItem;
}

class MemoryTable implements OpenTable {
  readonly name: string;
  readonly arn: string;
  readonly keySchema: KeySchema;
  readonly entries: Entry[] = [];
  readonly #later: boolean;
  /** How often a write was decided to change nothing. */
  unchangedCount = 0;

  constructor({ definition, arn }: TableInfo, later: boolean) {
    this.name = definition.name;
    this.arn = arn;
    this.#later = later;
    const [hash, range] = definition.keySchema.map(({ AttributeName: name }) => {
      const type = definition.attributeDefinitions.find((each) => each.AttributeName === name)?.AttributeType;
      return { name, type: type ?? 'S' };
    });
    this.keySchema = { hash: hash ?? { name: '', type: 'S' }, ...(range && { range }) };
  }

  get(key: Uint8Array): MaybePromise<StoredItem | undefined> {
    return this.answered(this.#find(key)?.stored);
  }

  async write<T>(key: Uint8Array, decide: (old: StoredItem | undefined) => WriteDecision<T>): Promise<T> {
    await Promise.resolve();
    const found = this.#find(key);
    const decision = decide(found?.stored);
    if ('unchanged' in decision) {
      this.unchangedCount++;
      return decision.result;
    }
    if (found !== undefined) this.entries.splice(this.entries.indexOf(found), 1);
    if (decision.next !== undefined) {
      this.entries.push({ key, stored: { item: decision.next, itemBytes: itemBytes(decision.next) } });
      this.entries.sort((a, b) => compareBytes(a.key, b.key));
    }
    return decision.result;
  }

  items(range: KeyRange, { backwards = false } = {}): ItemCursor {
    const inRange = this.entries.filter(({ key }) => isInRange(range, key));
    if (backwards) inRange.reverse();
    let index = 0;
    return { next: () => this.answered(inRange[index++]?.stored) };
  }

  answered<T>(value: T): MaybePromise<T> {
    return this.#later ? Promise.resolve(value) : value;
  }

  #find(key: Uint8Array): Entry | undefined {
    return this.entries.find((entry) => compareBytes(entry.key, key) === 0);
  }
}

export class MemoryTables implements TablesDoor {
  readonly #later: boolean;
  readonly #tables = new Map<string, { info: TableInfo; readonly table: MemoryTable }>();

  constructor({ later = false }: MemoryTablesOptions = {}) {
    this.#later = later;
  }

  open(_caller: Caller, _connection: unknown, name: string): MaybePromise<OpenTable> {
    const found = this.#tables.get(bareName(name));
    if (found === undefined) throw new Refusal('TableNotFound', {});
    return found.table.answered(found.table);
  }

  /** How often writes of the table were decided to change nothing. */
  unchangedCount(name: string): number {
    return this.#tables.get(name)?.table.unchangedCount ?? 0;
  }

  async create(caller: Caller, { encryption, ...definition }: TableDefinition): Promise<TableInfo> {
    const { name } = definition;
    if (this.#tables.has(name)) {
      throw new Refusal('TableInUse', { message: `Table already exists: ${name}` });
    }
    const info: TableInfo = {
      definition,
      id: `id-${this.#tables.size + 1}`,
      arn: `arn:aws:dynamodb:${caller.region}:${caller.account}:table/${name}`,
      status: 'ACTIVE',
      createdAtMs,
      itemCount: 0,
      tableBytes: 0,
      ...sseOf(encryption),
    };
    this.#tables.set(name, { info, table: new MemoryTable(info, this.#later) });
    return { ...info, status: 'CREATING' };
  }

  async describe(_caller: Caller, name: string): Promise<TableInfo> {
    return this.#known(name).info;
  }

  async list(_caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]> {
    const names = [...this.#tables.keys()].sort();
    return names.filter((name) => startAfter === undefined || name > startAfter).slice(0, limit);
  }

  async changeSettings(_caller: Caller, name: string, change: SettingsChange): Promise<TableInfo> {
    const known = this.#known(name);
    const { deletionProtection, ...settings } = change;
    const { throughput: old, ...definition } = known.info.definition;
    const keepsThroughput = change.billingMode === undefined && old !== undefined;
    known.info = {
      ...known.info,
      definition: {
        ...definition,
        ...(keepsThroughput && { throughput: old }),
        ...settings,
        ...(deletionProtection !== undefined && { deletionProtection }),
      },
    };
    return { ...known.info, status: 'UPDATING' };
  }

  async changeEncryption(_caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo> {
    const known = this.#known(name);
    const { sse: _, ...info } = known.info;
    known.info = { ...info, ...sseOf(choice) };
    return { ...info, sse: { status: 'UPDATING' } };
  }

  async delete(_caller: Caller, name: string): Promise<TableInfo> {
    const { info } = this.#known(name);
    if (info.definition.deletionProtection) {
      const message =
        'Resource cannot be deleted as it is currently protected against deletion. ' +
        'Disable deletion protection first.';
      throw new Refusal('Validation', { message });
    }
    this.#tables.delete(info.definition.name);
    return { ...info, status: 'DELETING' };
  }

  #known(name: string) {
    const known = this.#tables.get(bareName(name));
    if (known === undefined) throw new Refusal('TableNotFound', { table: bareName(name) });
    return known;
  }
}

function bareName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

function sseOf(choice: EncryptionChoice): Pick<TableInfo, 'sse'> {
  if (choice.kind === 'owned') return {};
  return { sse: { status: 'ENABLED', keyArn: choice.kind === 'managed' ? managedKeyArn : choice.keyId } };
}
