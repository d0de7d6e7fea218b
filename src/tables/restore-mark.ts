/** What is known of a table that is being restored, until it is whole. */

export interface RestoreMark {
  /** The moment that the table is to be as of: a point in time, or that of the backup. */
  readonly atMs: number;
  readonly sourceTableArn: string;
  /** Absent where it is restored to a point in time. */
  readonly sourceBackupArn?: string;
  /** It is made of what lies in a bucket: then it is shown as any table that is being made. */
  readonly isImport?: true;
}
