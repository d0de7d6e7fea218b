/** `cryptable verify DIR`: opens every page of a store and says which are not what was written. */
import { Command } from 'commander';
import type { Database } from '../index.ts';
import { openExisting } from './existing-store.ts';
import { exitCodes } from './exit-code.ts';
import { progress } from './progress.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

type Report = Awaited<ReturnType<Database['verify']>>;

export const verify = withRootKeyOptions(
  new Command('verify')
    .description('open every page of a store and report those that are not what was written')
    .argument('<dir>', 'the data folder; no other process may have it open'),
)
  .addHelpText(
    'after',
    '\nExit codes: 0 every page is sound, 1 some are not, 2 the store or a table cannot be opened.',
  )
  .action(async (dir: string, options: RootKeyOptions) => {
    const database = await openExisting(dir, options);
    try {
      const bar = progress('verify', 'pages');
      const report = await database.verify((done, total) => bar.at(done, total)).finally(() => bar.end());
      process.stdout.write(reportText(report));
      process.exitCode = exitCodeFor(report);
    } finally {
      await database.close();
    }
  });

export function exitCodeFor(report: Report): number {
  if (report.faults.length > 0) return exitCodes.fault;
  return report.skipped.length > 0 ? exitCodes.usage : exitCodes.clean;
}

export function reportText({ pages, tables, bytes, faults, skipped }: Report): string {
  const lines = faults.map(({ table, tree, page, problem }) => {
    const place = [
      ...(table === undefined ? [] : [`table ${table}`]),
      `tree ${tree}`,
      ...(page === undefined ? [] : [`page ${page}`]),
    ];
    return `fault: ${place.join(', ')}: ${problem}`;
  });
  for (const { table, reason } of skipped) lines.push(`not checked: table ${table}: ${reason}`);
  const verdict =
    faults.length > 0
      ? `${faults.length} faults`
      : skipped.length > 0
        ? 'no fault in what could be checked'
        : 'all sound';
  const what = tables === 1 ? 'table' : 'tables';
  lines.push(`${pages} pages (${bytes} bytes) of ${tables} ${what} verified: ${verdict}`);
  return `${lines.join('\n')}\n`;
}
