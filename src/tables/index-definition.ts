/** A secondary index as a request defines it, as the catalogue keeps it, and as descriptions show it. */
import type { KeySchemaElement } from './key-schema.ts';
import type { OnDemandThroughput, Throughput, WarmThroughput } from './throughput.ts';

/** Local: in the partitions of the table, which it shares the hash key with. Global: in partitions of its own. */
export type IndexKind = 'local' | 'global';

export interface IndexProjection {
  readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  /** Present exactly with INCLUDE. */
  readonly NonKeyAttributes?: readonly string[];
}

/** What a caller may set and change of a global index alone. */
export interface IndexThroughput {
  /** Present exactly for a global index of a provisioned table. */
  readonly throughput?: Throughput;
  readonly onDemandThroughput?: OnDemandThroughput;
  readonly warmThroughput?: WarmThroughput;
}

/** Checked by the operation before it gets here. */
export interface IndexDefinition extends IndexThroughput {
  readonly kind: IndexKind;
  readonly name: string;
  readonly keySchema: readonly KeySchemaElement[];
  readonly projection: IndexProjection;
}

export type IndexStatus = 'CREATING' | 'UPDATING' | 'ACTIVE' | 'DELETING';

export interface IndexCounts {
  readonly itemCount: number;
  readonly bytes: number;
}

export interface IndexRecord extends IndexDefinition, IndexCounts {
  /** The number of the tree that holds its entries. */
  readonly tree: number;
  readonly status: Exclude<IndexStatus, 'UPDATING'>;
  /**
   * While it is filled with the items that were there before it: the key of the last one that was looked at, in base64;
   * empty before the first.
   */
  readonly filledTo?: string;
}

export interface IndexInfo extends IndexDefinition, IndexCounts {
  readonly arn: string;
  readonly status: IndexStatus;
  /** Present while it is made for a table that was there before it: whether the items of that are on their way in. */
  readonly isFilling?: boolean;
}
