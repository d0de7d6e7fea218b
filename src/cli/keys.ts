/** `cryptable keys list`: the keys of a store's own key service, and the tables each one protects. */
import { Command } from 'commander';
import type { Database } from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
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

export const keys = new Command('keys')
  .description('look at the keys of the embedded key service')
  .addCommand(list);

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
