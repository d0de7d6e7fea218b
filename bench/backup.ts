/** How fast a table is backed up and restored, and in how much memory, against a plain copy of the same bytes. */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchEngine, openEngine } from './engine.ts';
import type { Bench, Figure } from './figures.ts';
import { type Contestant, median, medianRatio, takeTurns } from './measure.ts';

const tableMegabytes = Number(process.env.CRYPTABLE_BENCH_BACKUP_MB ?? 256);
const itemText = 'x'.repeat(980);
const itemBytes = 1_000;
const loadersAtOnce = 2_000;
const rounds = 5;
const pageCacheBytes = 64 * 2 ** 20;

export const backup: Bench = {
  question: `a table of ${tableMegabytes} MB in items of 1 KB, in MB of table data a second`,
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-bench-'));
    const engine = await openEngine(folder, { kind: 'sealed', pageCacheBytes });
    try {
      await fill(engine, say);
      return await measure(engine, folder, say);
    } finally {
      await engine.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function fill(engine: BenchEngine, say: (line: string) => void): Promise<void> {
  const table = await engine.createTable('source');
  const count = Math.ceil((tableMegabytes * 1e6) / itemBytes);
  say(`${count} items are put`);
  let next = 0;
  const loader = async () => {
    while (next < count) await table.put({ id: { S: `item ${next++}` }, text: { S: itemText } });
  };
  await Promise.all(Array.from({ length: loadersAtOnce }, loader));
}

async function measure(
  engine: BenchEngine,
  folder: string,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const { Table } = await engine.call('DescribeTable', { TableName: 'source' });
  const megabytes = (Table as { TableSizeBytes: number }).TableSizeBytes / 1e6;
  const backups = join(folder, 'data', 'backups');
  const first = await backUp(engine);
  const file = join(backups, readdirSync(backups)[0] ?? '');
  const peaks = { backup: 0, restore: 0 };
  const contestants: readonly Contestant[] = [
    { name: 'copy', turn: () => rate(megabytes, async () => copyDurably(file, join(folder, 'copy'))) },
    {
      name: 'backup',
      turn: async () => {
        let made = '';
        const perSecond = await rate(megabytes, async () => {
          made = await watched(peaks, 'backup', () => backUp(engine));
        });
        await engine.call('DeleteBackup', { BackupArn: made });
        return perSecond;
      },
    },
    {
      name: 'restore',
      turn: async () => {
        const perSecond = await rate(megabytes, () =>
          watched(peaks, 'restore', () => restore(engine, first)),
        );
        await engine.call('DeleteTable', { TableName: 'restored' });
        return perSecond;
      },
    },
  ];
  say(`${rounds} rounds of a copy, a backup and a restore of ${Math.round(megabytes)} MB`);
  const turns = await takeTurns(contestants, rounds);
  const valuesOf = (name: string) => turns.get(name) ?? [];
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  return [
    {
      name: 'backupMBPerS',
      value: median(valuesOf('backup')),
      note: 'from CreateBackup until AVAILABLE, read back',
    },
    {
      name: 'restoreMBPerS',
      value: median(valuesOf('restore')),
      note: 'from RestoreTableFromBackup until ACTIVE',
    },
    { name: 'copyMBPerS', value: median(valuesOf('copy')), note: 'a plain copy of the backup file, flushed' },
    {
      name: 'backupOfCopyRatio',
      value: medianRatio(valuesOf('backup'), valuesOf('copy')),
      note: 'of the copy’s speed',
    },
    {
      name: 'restoreOfCopyRatio',
      value: medianRatio(valuesOf('restore'), valuesOf('copy')),
      note: 'of the copy’s speed',
    },
    {
      name: 'fileOverheadPercent',
      value: 100 * (statSync(file).size / 1e6 / megabytes - 1),
      note: 'of the file over the table data',
    },
    { name: 'backupGrowthMiB', value: mebibytes(peaks.backup), note: 'most that the process grew by' },
    { name: 'restoreGrowthMiB', value: mebibytes(peaks.restore), note: 'most that the process grew by' },
  ];
}

async function rate(megabytes: number, work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (megabytes * 1000) / (performance.now() - begin);
}

/** Notes the most memory that the process took above what it had before. */
async function watched<T>(peaks: Record<string, number>, name: string, work: () => Promise<T>): Promise<T> {
  const before = process.memoryUsage.rss();
  const look = () => {
    peaks[name] = Math.max(peaks[name] ?? 0, process.memoryUsage.rss() - before);
  };
  const timer = setInterval(look, 20);
  try {
    return await work();
  } finally {
    look();
    clearInterval(timer);
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  copyFileSync(from, to);
  const file = openSync(to, 'r');
  fsyncSync(file);
  closeSync(file);
  rmSync(to);
}

async function backUp(engine: BenchEngine): Promise<string> {
  const { BackupDetails } = await engine.call('CreateBackup', { TableName: 'source', BackupName: 'bench' });
  const { BackupArn } = BackupDetails as { BackupArn: string };
  for (;;) {
    const { BackupDescription } = await engine.call('DescribeBackup', { BackupArn });
    const { BackupDetails: details } = BackupDescription as { BackupDetails: { BackupStatus: string } };
    if (details.BackupStatus === 'AVAILABLE') return BackupArn;
    await pause();
  }
}

async function restore(engine: BenchEngine, BackupArn: string): Promise<void> {
  await engine.call('RestoreTableFromBackup', { BackupArn, TargetTableName: 'restored' });
  for (;;) {
    const { Table } = await engine.call('DescribeTable', { TableName: 'restored' });
    if ((Table as { TableStatus: string }).TableStatus === 'ACTIVE') return;
    await pause();
  }
}

/** Asked so often, it takes nothing from what is measured. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
