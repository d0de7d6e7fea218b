/** What every DynamoDB operation is handed: who asks, over which connection, and the tables. */
import type { ClientConnection } from '../../keys/client-connection.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { Backups } from '../../lifecycle/backups.ts';
import type { PointInTime } from '../../lifecycle/point-in-time.ts';
import type { ReplicaGroups } from '../../lifecycle/replica-groups.ts';
import type { Restores } from '../../lifecycle/restores.ts';
import type { TableExports } from '../../lifecycle/table-exports.ts';
import type { TableImports } from '../../lifecycle/table-imports.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { MaybePromise } from '../../store/page-store.ts';
import type { EncryptionChoice } from '../../tables/encryption-choice.ts';
import type { NewIndex } from '../../tables/index-building.ts';
import type { NextTokens } from '../../tables/partiql/next-token.ts';
import type { StreamChoice } from '../../tables/stream/table-streams.ts';
import type { OpenTable } from '../../tables/table.ts';
import type { TableAnnotations } from '../../tables/table-annotations.ts';
import type { SettingsChange, TableDefinition, TableInfo } from '../../tables/table-record.ts';
import type { TimeToLiveChoice } from '../../tables/time-to-live.ts';
import type { TokenUse } from '../../tables/transaction-tokens.ts';

/** The tables, as operations use them: tables/tables.ts. `name` may be an ARN of the caller's region. */
export interface TablesDoor {
  readonly annotations: AnnotationsDoor;
  /** Refuses TableNotFound (data-plane wording), and TableKeyRefused where the key may not be used. */
  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable>;
  /** One commit over items of several open tables; `work` may run more than once. */
  transact<T>(work: (tx: Transaction) => MaybePromise<T>): Promise<T>;
  /** As `transact`, but once for a token in ten minutes: then `again` runs in place of `work`. Refuses TokenReused. */
  transactOnce<T>(
    use: TokenUse,
    work: (tx: Transaction) => MaybePromise<T>,
    again: (tx: Transaction) => MaybePromise<T>,
  ): Promise<T>;
  /** Refuses TableInUse, LimitExceeded, TableKeyRefused. */
  create(caller: Caller, definition: TableDefinition): Promise<TableInfo>;
  /** As `describe`, and of a table that is archived or about to be. */
  show(caller: Caller, name: string): Promise<TableInfo>;
  /** Refuses TableNotFound (control-plane wording). */
  describe(caller: Caller, name: string): Promise<TableInfo>;
  /** Names after `startAfter` in ascending order, `limit` at most. */
  list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]>;
  changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo>;
  /** Answers at once; the index is filled in the background. */
  createIndex(caller: Caller, name: string, index: NewIndex): Promise<TableInfo>;
  /** Answers at once; nothing reads the index any more. */
  deleteIndex(caller: Caller, name: string, index: string): Promise<TableInfo>;
  /** Answers with the status UPDATING, as one that sees the change begin. */
  changeEncryption(caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo>;
  /** Refuses a stream where there is one, and its end where there is none; answers with the status UPDATING. */
  changeStream(caller: Caller, name: string, choice: StreamChoice): Promise<TableInfo>;
  /** Refuses TableNotFound (control-plane wording), TableKeyRefused, and a change that is none, or comes too soon. */
  changeTimeToLive(
    asker: Pick<DynamoContext, 'caller' | 'connection'>,
    name: string,
    choice: TimeToLiveChoice,
  ): Promise<void>;
  /** The description as it was, status DELETING. Refuses a protected table. */
  delete(caller: Caller, name: string): Promise<TableInfo>;
}

/** What is written on tables: tables/table-annotations.ts. */
export type AnnotationsDoor = Pick<TableAnnotations, 'tags' | 'changeTags' | 'policy' | 'changePolicy'>;

/** Backups of tables, and tables made of them or of a table's past: lifecycle/backups.ts, restores.ts, point-in-time.ts. */
export interface BackupDoors {
  readonly backups: Pick<Backups, 'create' | 'find' | 'all' | 'delete'>;
  readonly restores: Pick<Restores, 'restore'>;
  readonly pointInTime: Pick<PointInTime, 'describe' | 'change' | 'restore' | 'keepDeleted'>;
}

/** Tables written into buckets: lifecycle/table-exports.ts; and made of what lies there: lifecycle/table-imports.ts. */
export interface ExchangeDoors {
  readonly exports: Pick<TableExports, 'start' | 'find' | 'all'>;
  readonly imports: Pick<TableImports, 'start' | 'find' | 'all'>;
}

/** Tables of several regions that are one: lifecycle/replica-groups.ts. */
export interface ReplicaDoors {
  readonly replicas: Pick<ReplicaGroups, 'update'>;
}

export interface DynamoContext extends BackupDoors, ExchangeDoors, ReplicaDoors {
  readonly tables: TablesDoor;
  readonly nextTokens: NextTokens;
  readonly caller: Caller;
  readonly connection: ClientConnection;
  /** Where the caller found the service, where it was over a wire. */
  readonly host?: string | undefined;
}

/** What an operation is content with that reads items, one by one or in their order. */
export interface ReadContext extends Pick<DynamoContext, 'caller' | 'connection'> {
  readonly tables: Pick<TablesDoor, 'open'>;
}
