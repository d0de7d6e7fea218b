/** `cryptable audit`: looks through the record of calls, and says whether it is what was written. */
import { Command } from 'commander';
import type { NumberedEntry, TrailReport } from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
import { exitCodes } from './exit-code.ts';
import { wholeNumber } from './option-parsers.ts';
import { progress } from './progress.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

interface VerifyOptions extends RootKeyOptions {
  readonly json?: true;
}

const verify = withRootKeyOptions(
  new Command('verify')
    .description('find every record that was edited, removed, added or moved')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option('--json', 'print one JSON object instead'),
)
  .addHelpText('after', '\nExit codes: 0 the trail is sound, 1 it is not, 2 the store cannot be opened.')
  .action(async (dir: string, { json, ...rootKey }: VerifyOptions) => {
    const database = await openExisting(dir, rootKey);
    try {
      const bar = progress('verify', 'segments');
      const at = (done: number, total: number) => bar.at(done, total);
      const report = await database.audit.verify(at).finally(() => bar.end());
      process.stdout.write(json === true ? `${JSON.stringify(report, undefined, 2)}\n` : verdictText(report));
      process.exitCode = report.faults.length === 0 ? exitCodes.clean : exitCodes.fault;
    } finally {
      await database.close();
    }
  });

interface ShowOptions extends RootKeyOptions {
  readonly limit: number;
  readonly name?: string;
  readonly resource?: string;
  readonly json?: true;
}

const show = withRootKeyOptions(
  new Command('show')
    .description('list recorded calls, the newest first')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option('--limit <number>', 'so many at most', wholeNumber('--limit', 1_000_000, 1), 50)
    .option('--name <operation>', 'of this operation alone')
    .option('--resource <text>', 'whose key or table has this in its ARN')
    .option('--json', 'print each event whole, as a JSON line'),
).action(async (dir: string, { limit, name, resource, json, ...rootKey }: ShowOptions) => {
  const database = await openExisting(dir, rootKey);
  try {
    const found: NumberedEntry[] = [];
    for await (const entry of database.audit.entries()) {
      if (found.length >= limit) break;
      if (isWanted(entry, { name, resource })) found.push(entry);
    }
    const lines = found.map(({ event }) => `${JSON.stringify(event)}\n`);
    process.stdout.write(json === true ? lines.join('') : entriesText(found));
  } finally {
    await database.close();
  }
});

export const audit = new Command('audit')
  .description('look through the record of calls, and check it')
  .addCommand(verify)
  .addCommand(show);

interface Wanted {
  readonly name: string | undefined;
  readonly resource: string | undefined;
}

export function isWanted({ event }: NumberedEntry, { name, resource }: Wanted): boolean {
  if (name !== undefined && event.eventName !== name) return false;
  return resource === undefined || (event.resources ?? []).some(({ ARN }) => ARN.includes(resource));
}

export function verdictText(report: TrailReport): string {
  const { segments, records, droppedSegments, tornWrites, faults } = report;
  const lines = faults.map(({ segment, problem }) => `fault: segment ${segment}: ${problem}`);
  if (droppedSegments > 0) lines.push(`segments up to ${droppedSegments} were dropped for their age`);
  if (tornWrites > 0)
    lines.push(`${tornWrites} writes were cut off by a crash; nobody was told that they were done`);
  const verdict = faults.length === 0 ? 'all sound' : `${faults.length} faults`;
  lines.push(`${records} records in ${segments} segments verified: ${verdict}`);
  return `${lines.join('\n')}\n`;
}

export function entriesText(entries: readonly NumberedEntry[]): string {
  if (entries.length === 0) return 'No such call is recorded.\n';
  const rows = entries.map(({ event }) => [
    event.eventTime,
    event.eventName,
    event.errorCode ?? '-',
    event.userIdentity.arn ?? event.userIdentity.invokedBy ?? '-',
    event.userIdentity.arn === undefined ? '-' : (event.userIdentity.invokedBy ?? '-'),
    event.resources?.map(({ ARN }) => ARN).join(' ') ?? '-',
  ]);
  return columns([['TIME', 'CALL', 'ERROR', 'CALLER', 'THROUGH', 'RESOURCES'], ...rows]);
}
