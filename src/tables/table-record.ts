/** A table as a request defines it, and as an answer describes it. */
import type { KeyAttributeType } from './attribute.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import type { IndexDefinition, IndexInfo, IndexThroughput } from './index-definition.ts';
import type { KeySchemaElement } from './key-schema.ts';
import type { ReplicationInfo } from './replication/replication-state.ts';
import type { RestoreMark } from './restore-mark.ts';
import type { StreamViewType } from './stream/stream-state.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from './throughput.ts';

export type TableStatus =
  | 'CREATING'
  | 'UPDATING'
  | 'DELETING'
  | 'ACTIVE'
  | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'
  | 'ARCHIVING'
  | 'ARCHIVED';

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: KeyAttributeType;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a caller decides when a table is made; checked by the operation before it gets here. */
export interface TableDefinition {
  readonly name: string;
  readonly keySchema: readonly KeySchemaElement[];
  readonly attributeDefinitions: readonly AttributeDefinition[];
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  /** Present exactly when provisioned. */
  readonly throughput?: Throughput;
  readonly tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly deletionProtection: boolean;
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly warmThroughput?: WarmThroughput;
  readonly tags: readonly Tag[];
  /** Present exactly where there are any. */
  readonly indexes?: readonly IndexDefinition[];
  /** With a stream from the beginning. */
  readonly stream?: StreamViewType;
  /** The text of a policy on the table itself. */
  readonly policy?: string;
  readonly encryption: EncryptionChoice;
}

/** What the catalogue keeps of it as it is; the rest changes its form. */
export type KeptDefinition = Omit<TableDefinition, 'encryption' | 'indexes' | 'stream' | 'policy'>;

/** What the table was last told of times. */
export interface TimeToLive {
  readonly attribute: string;
  readonly isEnabled: boolean;
  readonly changedAtMs: number;
}

export interface TableStream {
  readonly arn: string;
  readonly label: string;
  readonly view: StreamViewType;
  readonly isEnabled: boolean;
}

/** Where the data of a table went whose key stayed away. */
export interface Archival {
  readonly atMs: number;
  readonly backupArn: string;
}

/** What the engine knows of a table, for DescribeTable: needs no key of the table. */
export interface TableInfo {
  readonly definition: KeptDefinition;
  /** Present exactly where there are any. */
  readonly indexes?: readonly IndexInfo[];
  /** The newest, enabled or not; absent where there never was one. */
  readonly stream?: TableStream;
  readonly timeToLive?: TimeToLive;
  readonly id: string;
  readonly arn: string;
  readonly status: TableStatus;
  readonly createdAtMs: number;
  readonly itemCount: number;
  readonly tableBytes: number;
  readonly lastIncreaseMs?: number;
  readonly lastDecreaseMs?: number;
  /** Absent where there was none. */
  readonly decreasesToday?: number;
  readonly payPerRequestSinceMs?: number;
  readonly tableClassSinceMs?: number;
  /** Present exactly where the status is ARCHIVED. */
  readonly archival?: Archival;
  /** Present exactly while it is restored; the status is CREATING then. */
  readonly restore?: RestoreMark;
  /** Present exactly where it is one of the replicas of a group. */
  readonly replication?: ReplicationInfo;
  /** Absent for a table under the AWS owned key. */
  readonly sse?: {
    readonly status: 'ENABLED' | 'UPDATING';
    /** Absent in the first moments of a change from the owned key. */
    readonly keyArn?: string;
    readonly inaccessibleSinceMs?: number;
  };
}

/** Changes UpdateTable can make without touching keys. */
export interface SettingsChange {
  readonly billingMode?: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readonly throughput?: Throughput;
  readonly tableClass?: 'STANDARD' | 'STANDARD_INFREQUENT_ACCESS';
  readonly deletionProtection?: boolean;
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly warmThroughput?: WarmThroughput;
  /** Of global indexes by name, along with the table's own billing. */
  readonly indexThroughput?: ReadonlyMap<string, IndexThroughput>;
}
