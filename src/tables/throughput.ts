/** What a table or an index may do in a second, as requests and answers have it. */
export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

/** Bounds of a table or index on demand; -1 takes one away. Nothing is throttled here, so it is only kept. */
export interface OnDemandThroughput {
  readonly MaxReadRequestUnits?: number;
  readonly MaxWriteRequestUnits?: number;
}

/** What a table or index was asked to be ready for. Here it always is. */
export interface WarmThroughput {
  readonly ReadUnitsPerSecond?: number;
  readonly WriteUnitsPerSecond?: number;
}
