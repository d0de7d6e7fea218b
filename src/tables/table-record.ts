/** A table as a request defines it, and as an answer describes it. */
import type { KeyAttributeType } from './attribute.ts';

/** Which KMS key a table is under, as a request chooses it (aws-behaviour: owned is the default). */
export type EncryptionChoice =
  | { readonly kind: 'owned' }
  | { readonly kind: 'managed' }
  | { readonly kind: 'customer'; readonly keyId: string };

export type TableStatus =
  | 'CREATING'
  | 'UPDATING'
  | 'DELETING'
  | 'ACTIVE'
  | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';

export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface AttributeDefinition {
  readonly AttributeName: string;
  readonly AttributeType: KeyAttributeType;
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
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
  readonly tags: readonly Tag[];
  readonly encryption: EncryptionChoice;
}

/** What the engine knows of a table, for DescribeTable: needs no key of the table. */
export interface TableInfo {
  readonly definition: Omit<TableDefinition, 'encryption'>;
  readonly id: string;
  readonly arn: string;
  readonly status: TableStatus;
  readonly createdAtMs: number;
  readonly itemCount: number;
  readonly tableBytes: number;
  readonly lastIncreaseMs?: number;
  readonly lastDecreaseMs?: number;
  readonly payPerRequestSinceMs?: number;
  readonly tableClassSinceMs?: number;
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
}
