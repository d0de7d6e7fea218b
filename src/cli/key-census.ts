/** `cryptable keys census` and `keys can-retire`: which key everything in a store is under, and which may go. */
import { Command } from 'commander';
import { isRefusal } from '../base/errors.ts';
import type { CensusRow, Retirement, RetirementReason } from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
import { exitCodes, usageFault } from './exit-code.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

interface JsonOptions extends RootKeyOptions {
  readonly json?: true;
}

export const census = withRootKeyOptions(
  new Command('census')
    .description('count the pages of every table by the data key and the KMS key that they are under')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option('--json', 'print one JSON array instead'),
).action(async (dir: string, { json, ...rootKey }: JsonOptions) => {
  const database = await openExisting(dir, rootKey);
  try {
    const rows = await database.census();
    process.stdout.write(json === true ? `${JSON.stringify(rows, undefined, 2)}\n` : censusText(rows));
  } finally {
    await database.close();
  }
});

export const canRetire = withRootKeyOptions(
  new Command('can-retire')
    .description('say whether nothing in a store needs a KMS key any more, and if something does, what')
    .argument('<key>', 'its id, its ARN or an alias of it')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option('--json', 'print one JSON object instead'),
)
  .addHelpText('after', '\nExit codes: 0 yes, 1 no, 2 there is no such key or the store cannot be opened.')
  .action(async (key: string, dir: string, { json, ...rootKey }: JsonOptions) => {
    const database = await openExisting(dir, rootKey);
    try {
      const answer = await database.mayRetire(key);
      process.stdout.write(json === true ? `${JSON.stringify(answer, undefined, 2)}\n` : answerText(answer));
      process.exitCode = answer.mayRetire ? exitCodes.clean : exitCodes.fault;
    } catch (fault) {
      throw isRefusal(fault, 'KeyNotFound') ? usageFault(fault.message) : fault;
    } finally {
      await database.close();
    }
  });

export function censusText(rows: readonly CensusRow[]): string {
  const lines = rows.map((row) => [
    row.table ?? '-',
    row.region,
    row.part,
    String(row.tree),
    row.isCurrent ? `${row.dataKeyId}` : `${row.dataKeyId} (older)`,
    String(row.pages),
    row.keyArn,
  ]);
  const left = rows.reduce((sum, { isCurrent, pages }) => (isCurrent ? sum : sum + pages), 0);
  const verdict =
    left === 0
      ? 'Every page is under the newest data key of its tree.\n'
      : `${left} pages are under older data keys; they are moved while the store is open.\n`;
  return columns([['TABLE', 'REGION', 'PART', 'TREE', 'DATA KEY', 'PAGES', 'KMS KEY'], ...lines]) + verdict;
}

export function answerText({ keyArn, mayRetire, reasons }: Retirement): string {
  if (!mayRetire) return [`no: ${keyArn} is needed`, ...reasons.map(reasonText)].join('\n  ').concat('\n');
  return (
    `yes: nothing in this store is under ${keyArn}\n` +
    'What callers encrypted with it themselves, and copies of this store from before, are not known here.\n'
  );
}

function reasonText(reason: RetirementReason): string {
  switch (reason.kind) {
    case 'table':
      return `table ${reason.table} in ${reason.region}: ${reason.pages} pages are under it`;
    case 'backup':
      return `backup ${reason.backupArn} in ${reason.region}: it cannot be restored from without it`;
    case 'managed':
      return `the next table in ${reason.region} that asks for the AWS managed key is put under it`;
  }
}
