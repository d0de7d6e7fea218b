/** What every DynamoDB operation is handed: who asks, over which connection, and the tables. */
import type { ClientConnection } from '../../keys/client-connection.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import type { OpenTable } from '../../tables/table.ts';
import type {
  EncryptionChoice,
  SettingsChange,
  TableDefinition,
  TableInfo,
} from '../../tables/table-record.ts';

/** The tables, as operations use them: tables/tables.ts. `name` may be an ARN of the caller's region. */
export interface TablesDoor {
  /** Refuses TableNotFound (data-plane wording), and TableKeyRefused where the key may not be used. */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable>;
  /** One commit over items of several open tables; `work` may run more than once. */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T>;
  /** Refuses TableInUse, LimitExceeded, TableKeyRefused. */
  create(caller: Caller, definition: TableDefinition): Promise<TableInfo>;
  /** Refuses TableNotFound (control-plane wording). */
  describe(caller: Caller, name: string): Promise<TableInfo>;
  /** Names after `startAfter` in ascending order, `limit` at most. */
  list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]>;
  changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo>;
  /** Answers with the status UPDATING, as one that sees the change begin. */
  changeEncryption(caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo>;
  /** The description as it was, status DELETING. Refuses a protected table. */
  delete(caller: Caller, name: string): Promise<TableInfo>;
}

export interface DynamoContext {
  readonly tables: TablesDoor;
  readonly caller: Caller;
  readonly connection: ClientConnection;
}
