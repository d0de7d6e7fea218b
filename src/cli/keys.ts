/** `cryptable keys`: the keys of a store's own key service, what each one protects, and new data keys for tables. */
import { Command } from 'commander';
import type { Database } from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
import { canRetire, census } from './key-census.ts';
import { progress } from './progress.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

type Key = Awaited<ReturnType<Database['keys']>>[number];

interface ListOptions extends RootKeyOptions {
  readonly data: string;
  readonly json?: true;
}

const list = withRootKeyOptions(
  new Command('list')
    .description('list the keys, their state and the tables they protect')
    .option('--data <dir>', 'the data folder', './data')
    .option('--json', 'print one JSON array instead'),
).action(async ({ data, json, ...rootKey }: ListOptions) => {
  const database = await openExisting(data, rootKey);
  try {
    const found = await database.keys();
    process.stdout.write(json === true ? `${JSON.stringify(found, undefined, 2)}\n` : keysText(found));
  } finally {
    await database.close();
  }
});

interface RotateOptions extends RootKeyOptions {
  readonly region?: string;
}

const rotate = withRootKeyOptions(
  new Command('rotate')
    .description('give a table new data keys and move all its pages to them')
    .argument('<table>', 'its name')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option('--region <region>', 'the region of the table (default: us-east-1)'),
)
  .addHelpText('after', '\nIt may be interrupted: what is left is moved whenever the store is open.')
  .action(async (table: string, dir: string, { region, ...rootKey }: RotateOptions) => {
    const database = await openExisting(dir, rootKey);
    const place = region === undefined ? {} : { region };
    try {
      await database.rotateDataKeys(table, place);
      const bar = progress('rotate', 'pages');
      const at = (done: number, total: number) => bar.at(done, total);
      await database.reEncrypt(table, { ...place, progress: at }).finally(() => bar.end());
      process.stdout.write(`Everything in ${table} is under new data keys; the older ones are gone.\n`);
    } finally {
      await database.close();
    }
  });

export const keys = new Command('keys')
  .description('look at the keys of the embedded key service, and change data keys')
  .addCommand(list)
  .addCommand(census)
  .addCommand(canRetire)
  .addCommand(rotate);

export function keysText(found: readonly Key[]): string {
  if (found.length === 0)
    return 'There are no keys yet: CreateKey makes one, and the first encrypted table another.\n';
  const rows = found.map(({ keyId, manager, state, aliases, tables, description }) => [
    keyId,
    manager,
    state,
    aliases.join(' ') || '-',
    tables.join(' ') || '-',
    description || '-',
  ]);
  return columns([['KEY', 'MANAGER', 'STATE', 'ALIASES', 'TABLES', 'DESCRIPTION'], ...rows]);
}
