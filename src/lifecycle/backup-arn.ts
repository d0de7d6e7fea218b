/** How a backup is named on the wire: by its table, the moment it was made and a few random digits (aws-behaviour §1.9). */
import { fillRandom } from '../crypto/random.ts';
import { type Namespace, tableArn } from '../tables/table-name.ts';
import type { BackupType } from './backup-record.ts';

const timeDigits = 14;
const randomBytes = 4;

/** A SYSTEM backup has zeros for random digits, as on AWS. */
export function newBackupArn(
  namespace: Namespace,
  table: string,
  { atMs, type }: { readonly atMs: number; readonly type: BackupType },
): string {
  const random = Buffer.alloc(randomBytes);
  if (type === 'USER') fillRandom(random);
  const time = String(atMs).padStart(timeDigits, '0');
  return `${tableArn(namespace, table)}/backup/${time}-${random.toString('hex')}`;
}

/** Sorts backups by the moment they were made, also against one that is gone by now. */
export function backupOrder(arn: string): string {
  return `${arn.slice(arn.lastIndexOf('/') + 1)} ${arn}`;
}
