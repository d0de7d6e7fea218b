/** `cryptable backup verify FILE`: says whether a backup is whole, and with its store's keys whether every page is what was written. */
import { Command } from 'commander';
import {
  type BackupReport,
  type BackupStructure,
  backupStructure,
  IntegrityFault,
  Outage,
} from '../index.ts';
import { openExisting } from './existing-store.ts';
import { type CommandFault, exitCodes, sentenceOf, usageFault } from './exit-code.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

interface VerifyOptions extends RootKeyOptions {
  readonly data?: string;
}

const verify = withRootKeyOptions(
  new Command('verify')
    .description('check the form and digest of a backup file, and with --data every page in it')
    .argument('<file>', 'a file of the folder backups, under its own name')
    .option('--data <dir>', 'the data folder of its store, for the keys; no other process may have it open'),
)
  .addHelpText('after', '\nExit codes: 0 it is sound, 1 it is not, 2 it or its keys cannot be opened.')
  .action(async (file: string, { data, ...rootKey }: VerifyOptions) => {
    try {
      if (data === undefined) {
        process.stdout.write(structureText(await backupStructure(file)));
        return;
      }
      const database = await openExisting(data, rootKey);
      try {
        const report = await database.verifyBackup(file);
        process.stdout.write(reportText(report));
        process.exitCode = report.faults.length === 0 ? exitCodes.clean : exitCodes.fault;
      } finally {
        await database.close();
      }
    } catch (fault) {
      if (fault instanceof Outage && fault.code === 'StoreMissing') throw missing(file, fault);
      if (!(fault instanceof IntegrityFault)) throw fault;
      process.stdout.write(`fault: ${sentenceOf(fault)}\n`);
      process.exitCode = exitCodes.fault;
    }
  });

export const backup = new Command('backup').description('look at backups of tables').addCommand(verify);

/** Of a file, and not of a store, as the outage's own sentence has it. */
function missing(file: string, { cause }: Outage): CommandFault {
  const reason = cause instanceof Error ? ` (${cause.message})` : '';
  return usageFault(`${file} cannot be opened: The file of a backup is not there.${reason}`);
}

export function structureText({ pages, bytes, trees, digest }: BackupStructure): string {
  return (
    `${pages} pages of ${trees.length} trees (${bytes} bytes), SHA-256 ${Buffer.from(digest).toString('hex')}: ` +
    'whole. What is in the pages was not looked at: that needs the keys (--data).\n'
  );
}

export function reportText({ structure, table, keyArn, pages, faults }: BackupReport): string {
  const lines = faults.map(({ tree, page, problem }) => {
    const place = page === undefined ? `tree ${tree}` : `tree ${tree}, page ${page}`;
    return `fault: ${place}: ${problem}`;
  });
  const verdict = faults.length === 0 ? 'all sound' : `${faults.length} faults`;
  lines.push(`table ${table}, under ${keyArn}`);
  lines.push(`${pages} pages (${structure.bytes} bytes) verified: ${verdict}`);
  return `${lines.join('\n')}\n`;
}
