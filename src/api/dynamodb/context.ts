/** What every DynamoDB operation is handed: who asks, over which connection, and the tables of this process. */
import type { ClientConnection } from '../../keys/client-connection.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { OpenTable } from '../../tables/table.ts';
import type { EncryptionChoice, SettingsChange, TableDefinition, TableInfo } from '../../tables/table-record.ts';

/** The tables, as operations use them; tables/tables.ts is it. `name` is a table name or an ARN of caller's region. */
export interface TablesDoor {
  /** Refuses TableNotFound (data-plane wording) and TableKeyRefused where this connection may not use the key. */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable>;
  /** Refuses TableInUse, LimitExceeded, TableKeyRefused. */
  create(caller: Caller, definition: TableDefinition): Promise<TableInfo>;
  /** Refuses TableNotFound (control-plane wording). */
  describe(caller: Caller, name: string): Promise<TableInfo>;
  /** Names after `startAfter` in ascending order, `limit` at most. */
  list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]>;
  changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo>;
  /** Answers when the change has begun (status UPDATING); it goes on in the background unless delays are 0. */
  changeEncryption(caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo>;
  /** The description as it was, status DELETING. Refuses a protected table. */
  delete(caller: Caller, name: string): Promise<TableInfo>;
}

export interface DynamoContext {
  readonly tables: TablesDoor;
  readonly caller: Caller;
  readonly connection: ClientConnection;
}
