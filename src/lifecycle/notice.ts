/** What a notice says: to a person as a mail, and to a machine as an event in the form of EventBridge. */
import type { KeyLossCause } from '../keys/key-loss.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { NoticeKind, OwedNotice } from '../tables/owed-notice.ts';
import { tableArn } from '../tables/table-name.ts';

export interface Notice {
  /** The same in each try. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly event: NoticeEvent;
}

/** An event of EventBridge. Names, source and detail are our own: AWS has none for tables that could be confirmed. */
export interface NoticeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: 'cryptable.dynamodb';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  /** The table and its key. */
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, string>>;
}

/** Whoever sends notices somewhere. Rejects where it could not: it is tried again. */
export interface NoticeChannel {
  readonly name: string;
  send(notice: Notice): Promise<void>;
}

const detailTypes: Readonly<Record<NoticeKind, string>> = {
  keyLost: 'Table Encryption Key Inaccessible',
  archiveNear: 'Table Archival Approaching',
  archived: 'Table Archived',
  keyBack: 'Table Encryption Key Accessible',
};

/** What completes "its KMS key …", and what its owner can do. */
const causes: Readonly<Record<KeyLossCause, readonly [state: string, cure: string]>> = {
  disabled: ['is disabled', 'Enable the key (EnableKey).'],
  pendingDeletion: [
    'is scheduled for deletion',
    'Cancel the deletion (CancelKeyDeletion) and then enable the key (EnableKey), before the key is deleted for good.',
  ],
  deleted: [
    'was deleted',
    'A deleted key does not come back, and without it nobody can read the table: delete the table when it is not needed.',
  ],
  materialGone: [
    'has no key material: what was imported has expired or was deleted',
    'Import the same key material again (ImportKeyMaterial).',
  ],
  unavailable: ['is unavailable', 'Connect the key store of the key again.'],
  grantRevoked: [
    'may not be used by the table service any more',
    'Give the table service its grant on the key back, or put the table under another key (UpdateTable).',
  ],
  policyDenied: [
    'is denied to the table service by a policy',
    'Take the denial out of the policy of the key (PutKeyPolicy).',
  ],
  other: ['cannot be used', 'See to it that the table service can use the key again.'],
};

export function noticeOf(record: TableRecord, owed: OwedNotice): Notice {
  const { definition, region, account } = record;
  const arn = tableArn(record, definition.name);
  const [happens, next] = outcome(owed);
  const headline = `Table ${definition.name} in ${region}: ${headlineOf(owed)}`;
  const { cause = 'other' } = owed;
  const detail = {
    'table-name': definition.name,
    'table-arn': arn,
    'table-id': record.id,
    'key-arn': owed.keyArn,
    ...(owed.kind === 'keyBack' ? {} : { cause }),
    'inaccessible-since': iso(owed.sinceMs),
    ...(owed.keyDeletionMs !== undefined && { 'key-deletion-at': iso(owed.keyDeletionMs) }),
    ...(owed.archiveAtMs !== undefined && { 'archive-at': iso(owed.archiveAtMs) }),
    ...(owed.backupArn !== undefined && { 'backup-arn': owed.backupArn }),
    'what-happens': happens,
    'what-to-do': next,
  };
  return {
    id: owed.id,
    subject: headline,
    text: mailText({ headline, detail, account, region }),
    event: {
      version: '0',
      id: owed.id,
      'detail-type': detailTypes[owed.kind],
      source: 'cryptable.dynamodb',
      account,
      time: iso(owed.atMs),
      region,
      resources: [arn, owed.keyArn],
      detail,
    },
  };
}

function headlineOf({ kind, cause = 'other' }: OwedNotice): string {
  const [state] = causes[cause];
  if (kind === 'keyLost') return `inaccessible, as its KMS key ${state}`;
  if (kind === 'archiveNear') return `about to be archived, as its KMS key ${state}`;
  if (kind === 'archived') return `archived, as its KMS key ${state}`;
  return 'accessible again';
}

/** What happens when, and what to do. */
function outcome({
  kind,
  cause = 'other',
  archiveAtMs,
  keyDeletionMs,
  backupArn = '',
}: OwedNotice): readonly [string, string] {
  const [, cure] = causes[cause];
  const last =
    keyDeletionMs === undefined
      ? ''
      : ` At ${iso(keyDeletionMs)} the key itself is deleted: from then on nobody can ever read the data again.`;
  if (kind === 'keyBack') return ['The table goes on as before; nothing is archived.', 'Nothing.'];
  if (kind === 'archived') {
    const where = `The data of the table is in the on-demand backup ${backupArn}, and the table can only be deleted.${last}`;
    return [
      where,
      `${cure} Then restore the backup to a new table (RestoreTableFromBackup); for the same name, delete the archived ` +
        'table first.',
    ];
  }
  const at = archiveAtMs === undefined ? 'After seven days' : `At ${iso(archiveAtMs)}`;
  return [
    `Nobody can read or write the table. ${at} an on-demand backup is made of it, which is billed, and the table is archived.${last}`,
    `${cure} Or delete the table (DeleteTable).`,
  ];
}

interface MailParts {
  readonly headline: string;
  readonly detail: Readonly<Record<string, string>>;
  readonly account: string;
  readonly region: string;
}

function mailText({ headline, detail, account, region }: MailParts): string {
  const facts = [
    ['Table', detail['table-arn']],
    ['Region', region],
    ['Account', account],
    ['KMS key', detail['key-arn']],
    ['Inaccessible since', detail['inaccessible-since']],
    ...('key-deletion-at' in detail ? [['KMS key is deleted', detail['key-deletion-at']]] : []),
  ].map(([name, value]) => `${name}: ${value}`);
  const what = [`What happens: ${detail['what-happens']}`, `What to do: ${detail['what-to-do']}`];
  return `${[`${headline}.`, '', ...facts, '', ...what].join('\n')}\n`;
}

/** To the second, as EventBridge has it. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
