/** A load of tables whose key is switched off for seven days: each is archived, its backup whole, or there as it was. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './asked-again.ts';
import { createTableInput, item, loadItems, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const template = 'template';
const steadyItems = 120;
const tables = ['lost-1', 'lost-2'];
const restored = 'brought-back';
/** Written to while the others are archived. */
const beside = 'beside';
const minuteMs = 60_000;
const weekMs = 7 * 24 * 60 * minuteMs;
/** Longer than from one look at keys to the next. */
const lookedMs = 20 * minuteMs;
/** A leap of the wall clock is believed after the next look at deadlines, which come each hour, and two more. */
const believedMs = 70 * minuteMs;
/** Before and after the deadline. */
const brinkMs = 1000;

/** Of the store that is under load at the moment. */
export interface LoadedClock {
  nowMs(): number;
  advance(ms: number): Promise<void>;
  jump(ms: number): Promise<void>;
}

export interface ArchivesOptions {
  readonly clock: LoadedClock;
  /** Where the store lies. */
  readonly data: string;
}

export function archives({ clock, data }: ArchivesOptions): WritePath {
  return {
    name: 'archives',
    async prepare(call) {
      const { KeyMetadata } = await call('CreateKey', {});
      const key: string = KeyMetadata.Arn;
      await call('CreateTable', createTableInput(beside));
      await call('CreateTable', createTableInput(template));
      for (let number = 0; number < steadyItems; number++) {
        await call('PutItem', { TableName: template, Item: item(`${number}`, `${number}.0.90`) });
      }
      const { BackupDetails } = await call('CreateBackup', { TableName: template, BackupName: template });
      const store = { clock, data, key, backup: BackupDetails.BackupArn };
      await until(async () => (await statusOfBackup(call, store.backup)) === 'AVAILABLE');
      return {
        load: (course) => writeUntilOver(course, () => round(course, store)),
        read: (now) => read(now, store),
      };
    },
  };
}

interface Store extends ArchivesOptions {
  /** Of the tables. */
  readonly key: string;
  /** What they are made of: at once, and whole. */
  readonly backup: string;
}

/** The next step of all tables. */
async function round(course: Course, store: Store): Promise<void> {
  const { ledger } = course;
  const missing = tables.filter((table) => ledger.last(table) === undefined);
  const whole = tables.filter((table) => ledger.last(table) === 'whole');
  if (missing.length > 0) await Promise.all(missing.map((table) => make(course, store, table)));
  else if (whole.length > 0) await archiveAll(course, store, whole);
  else await Promise.all(tables.map((table) => remove(course, table)));
}

async function make({ call, ledger }: Course, { backup, key }: Store, table: string): Promise<void> {
  await ledger.write(table, 'whole', () => restore(call, { backup, key, table }));
}

interface Restoring {
  readonly backup: string;
  readonly key: string;
  readonly table: string;
}

async function restore(call: JsonCall, { backup, key, table }: Restoring): Promise<void> {
  const SSESpecificationOverride = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: key };
  const input = { BackupArn: backup, TargetTableName: table, SSESpecificationOverride };
  // One backup is restored from once at a time.
  await until(() => call('RestoreTableFromBackup', input).then(yes, isBusy));
  await until(async () => (await describe(call, table)).TableStatus === 'ACTIVE');
}

const yes = () => true;

function isBusy(fault: unknown): boolean {
  if (fault instanceof Error && fault.message.includes('BackupInUseException')) return false;
  throw fault;
}

/** Up to the brink nothing is acknowledged: the kill comes while they are archived. */
async function archiveAll(course: Course, { clock, key }: Store, whole: readonly string[]): Promise<void> {
  const { call, ledger } = course;
  await call('DisableKey', { KeyId: key });
  await clock.advance(lookedMs);
  await clock.jump(weekMs - 2 * believedMs);
  await clock.advance(believedMs);
  const sinceS = await Promise.all(
    whole.map(async (table) => (await describe(call, table)).SSEDescription.InaccessibleEncryptionDateTime),
  );
  await clock.advance(Math.min(...sinceS) * 1000 + weekMs - clock.nowMs() - brinkMs);
  let isDone = false;
  const archived = whole.map((table) =>
    ledger.write(table, 'archived', () =>
      until(async () => (await describe(call, table)).TableStatus === 'ARCHIVED'),
    ),
  );
  const passing = clock.advance(2 * brinkMs);
  const isOver = () => course.isOver() || isDone;
  const writing = loadItems({ ...course, table: beside, writers: 2, isOver });
  await Promise.all([...archived, passing]).finally(() => {
    isDone = true;
  });
  await writing;
  await call('EnableKey', { KeyId: key });
}

async function remove({ call, ledger }: Course, table: string): Promise<void> {
  await ledger.write(table, undefined, async () => {
    const { Table } = await call('DescribeTable', { TableName: table });
    await call('DeleteTable', { TableName: table });
    for (const BackupArn of await backupsOf(call, Table.TableId)) await call('DeleteBackup', { BackupArn });
  });
}

/** What was being archived is by now; what was waiting for its key has it. */
async function read(call: JsonCall, store: Store): Promise<ReadonlyMap<string, string>> {
  await call('EnableKey', { KeyId: store.key });
  await store.clock.advance(lookedMs);
  const found = new Map(await readItems(call, beside));
  const { TableNames } = await call('ListTables', {});
  for (const table of tables) {
    if (TableNames.includes(table)) found.set(table, await stateOf(call, store, table));
  }
  const { BackupSummaries } = await call('ListBackups', { BackupType: 'ALL' });
  const folder = join(store.data, 'backups');
  const files = existsSync(folder) ? readdirSync(folder).length : 0;
  if (files !== BackupSummaries.length) {
    found.set('backups', `${files} files of ${BackupSummaries.length} backups`);
  }
  return found;
}

async function stateOf(call: JsonCall, { key }: Store, table: string): Promise<string> {
  const { TableStatus, TableId, ArchivalSummary } = await describe(call, table);
  const backups = await backupsOf(call, TableId);
  if (TableStatus === 'ACTIVE') {
    const isWhole = (await isAll(call, table)) && backups.length === 0;
    return isWhole ? 'whole' : `in pieces, with ${backups.length} backups`;
  }
  const backup = ArchivalSummary?.ArchivalBackupArn;
  const isKept = TableStatus === 'ARCHIVED' && backups.length === 1 && backups[0] === backup;
  if (!isKept) return `${TableStatus}, with ${backups.length} backups`;
  await restore(call, { backup, key, table: restored });
  const isBack = await isAll(call, restored);
  await call('DeleteTable', { TableName: restored });
  return isBack ? 'archived' : 'archived in pieces';
}

async function describe(call: JsonCall, table: string) {
  return (await call('DescribeTable', { TableName: table })).Table;
}

async function statusOfBackup(call: JsonCall, BackupArn: string): Promise<string> {
  const { BackupDescription } = await call('DescribeBackup', { BackupArn });
  return BackupDescription.BackupDetails.BackupStatus;
}

async function isAll(call: JsonCall, table: string): Promise<boolean> {
  const items = await readItems(call, table);
  const isRight = [...items].every(([id, content]) => content === `${id.split('/')[1]}.0.90`);
  return isRight && items.size === steadyItems;
}

async function backupsOf(call: JsonCall, tableId: string): Promise<readonly string[]> {
  const { BackupSummaries } = await call('ListBackups', { BackupType: 'ALL' });
  const all: readonly { readonly TableId: string; readonly BackupArn: string }[] = BackupSummaries;
  return all.filter(({ TableId }) => TableId === tableId).map(({ BackupArn }) => BackupArn);
}
