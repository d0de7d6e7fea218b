/** A table whose key is back: as if it had never been gone, but that its owner is told. */
import { randomUUID } from 'node:crypto';
import { accessible, type TableRecord } from './catalog-record.ts';
import { withNotice } from './owed-notice.ts';

/** The same record where the key was not known to be lost, or where it comes too late: archived is archived. */
export function recovered(record: TableRecord, nowMs: number): TableRecord {
  const { status, keys, inaccessibleSinceMs: sinceMs = nowMs } = record;
  if (status !== 'INACCESSIBLE_ENCRYPTION_CREDENTIALS') return record;
  return withNotice(accessible(record), {
    id: randomUUID(),
    kind: 'keyBack',
    atMs: nowMs,
    keyArn: keys.keyArn,
    sinceMs,
    sent: [],
    tries: 0,
    nextTryMs: nowMs,
  });
}
