/** What is stored of a table's keys: nothing of it is secret, or opens without the key service. */

export interface WrappedDataKey {
  readonly tree: number;
  readonly id: number;
  /** See data-key.ts. */
  readonly sealed: Uint8Array;
}

export interface WrappedTableKeys {
  /** The KMS key that the table key is under. */
  readonly keyArn: string;
  /** What lets the table service use that key for itself. Absent for keys that need none, and in records from before. */
  readonly grantId?: string | undefined;
  /** The table key, as the key service gave it out. */
  readonly tableKey: Uint8Array;
  /** Of each tree oldest first; the last one seals. */
  readonly dataKeys: readonly WrappedDataKey[];
}
