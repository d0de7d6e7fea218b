/** A load of backups made, restored and deleted while their table is written to and its past kept: each there whole, or not at all. */
import { until } from './asked-again.ts';
import { createTableInput, item, loadItems, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const source = 'backed-up';
const restored = 'restored';
const steadyItems = 150;

export const backups: WritePath = {
  name: 'backups',
  async prepare(call) {
    await call('CreateTable', createTableInput(source));
    for (let number = 0; number < steadyItems; number++) {
      await call('PutItem', { TableName: source, Item: item(`steady-${number}`, `${number}.0.90`) });
    }
    // Only now: the latest moment that can be restored is this one for five minutes, and 300 s ago thereafter.
    await call('UpdateContinuousBackups', {
      TableName: source,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    return {
      load: async (course) => {
        await Promise.all([
          loadItems({ ...course, table: source, writers: 2 }),
          writeUntilOver(course, (turn) => writeOne(course, turn)),
        ]);
      },
      read,
    };
  },
};

/** The next step of a round: a backup, a table of it or of the past, and both taken away again. */
async function writeOne({ call, ledger }: Course, turn: number): Promise<void> {
  const isThere = (id: string) => ledger.last(id) !== undefined;
  if (!isThere('backup')) return ledger.write('backup', 'there', () => makeBackup(call));
  if (!isThere(restored)) {
    const kind = turn % 2 === 0 ? restoreBackup : restorePast;
    return ledger.write(restored, 'whole', () => kind(call));
  }
  await ledger.write(restored, undefined, () => call('DeleteTable', { TableName: restored }));
  await ledger.write('backup', undefined, () => deleteBackups(call));
}

async function makeBackup(call: JsonCall): Promise<void> {
  const { BackupDetails } = await call('CreateBackup', { TableName: source, BackupName: 'backup' });
  const { BackupArn } = BackupDetails;
  await until(async () => {
    const { BackupDescription } = await call('DescribeBackup', { BackupArn });
    return BackupDescription.BackupDetails.BackupStatus === 'AVAILABLE';
  });
}

async function restoreBackup(call: JsonCall): Promise<void> {
  const { BackupSummaries } = await call('ListBackups', { TableName: source });
  const { BackupArn } = BackupSummaries[0];
  await call('RestoreTableFromBackup', { BackupArn, TargetTableName: restored });
  await untilActive(call);
}

async function restorePast(call: JsonCall): Promise<void> {
  await call('RestoreTableToPointInTime', {
    SourceTableName: source,
    TargetTableName: restored,
    UseLatestRestorableTime: true,
  });
  await untilActive(call);
}

async function deleteBackups(call: JsonCall): Promise<void> {
  const { BackupSummaries } = await call('ListBackups', { TableName: source });
  for (const { BackupArn } of BackupSummaries) await call('DeleteBackup', { BackupArn });
}

function untilActive(call: JsonCall): Promise<void> {
  return until(async () => {
    const { Table } = await call('DescribeTable', { TableName: restored });
    return Table.TableStatus === 'ACTIVE';
  });
}

async function read(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const found = new Map(await readItems(call, source));
  const { BackupSummaries } = await call('ListBackups', { BackupType: 'ALL' });
  for (const { BackupName, BackupStatus } of BackupSummaries) {
    found.set(BackupName, BackupStatus === 'AVAILABLE' && !found.has(BackupName) ? 'there' : 'half made');
  }
  const { TableNames } = await call('ListTables', {});
  if (TableNames.includes(restored)) found.set(restored, await stateOf(call));
  return found;
}

/** Made at a moment of the load, it has the items that stay as they are, each of its items whole, and as many as it counts. */
async function stateOf(call: JsonCall): Promise<string> {
  const { Table } = await call('DescribeTable', { TableName: restored });
  if (Table.TableStatus !== 'ACTIVE') return Table.TableStatus;
  const items = await readItems(call, restored);
  const steady = [...items.keys()].filter((id) => id.startsWith(`${restored}/steady-`)).length;
  const torn = [...items.values()].filter((content) => content.startsWith('torn')).length;
  const isWhole = steady === steadyItems && torn === 0 && items.size === Table.ItemCount;
  return isWhole ? 'whole' : `${items.size} of ${Table.ItemCount} items, ${steady} steady, ${torn} torn`;
}
