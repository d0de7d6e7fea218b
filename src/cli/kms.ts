/** `cryptable kms bill`: what KMS would charge for the recorded calls and the keys of a store. */
import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import {
  type ItemisedBill,
  listPrices,
  type PriceTable,
  priceTable,
  sumBy,
  type UsageRow,
} from '../index.ts';
import { columns } from './columns.ts';
import { openExisting } from './existing-store.ts';
import { usageFault } from './exit-code.ts';
import { matching } from './option-parsers.ts';
import { type RootKeyOptions, withRootKeyOptions } from './store-options.ts';

const groupings = ['operation', 'key', 'table', 'connection'] as const;
type Grouping = (typeof groupings)[number];

interface BillOptions extends RootKeyOptions {
  readonly month?: string;
  readonly prices?: string;
  readonly by: Grouping;
  readonly json?: true;
}

const bill = withRootKeyOptions(
  new Command('bill')
    .description('say what KMS would charge for a month, and what of it a client could save')
    .argument('[dir]', 'the data folder; no other process may have it open', './data')
    .option(
      '--month <yyyy-mm>',
      'the month (default: this one, until now)',
      matching(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month, as 2026-11'),
    )
    .option('--prices <file>', 'a JSON table of other prices; what it leaves out stays as it is')
    .addOption(
      new Option('--by <what>', 'what calls are added up by').choices(groupings).default('operation'),
    )
    .option('--json', 'print one JSON object instead'),
)
  .addHelpText(
    'after',
    '\nSavable calls are an estimate: as if each caller had reused one connection for each table.',
  )
  .action(async (dir: string, { month, prices, by, json, ...rootKey }: BillOptions) => {
    const table = prices === undefined ? listPrices : pricesIn(prices);
    const database = await openExisting(dir, rootKey);
    try {
      const found = await database.bill({ ...(month === undefined ? {} : monthSpan(month)), prices: table });
      process.stdout.write(json === true ? `${JSON.stringify(found, undefined, 2)}\n` : billText(found, by));
    } finally {
      await database.close();
    }
  });

export const kms = new Command('kms')
  .description('look at what the key service is used for')
  .addCommand(bill);

/** Refuses a file that is no table of prices. */
function pricesIn(file: string): PriceTable {
  try {
    return priceTable(JSON.parse(readFileSync(file, 'utf8')));
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    throw usageFault(`--prices ${file}: ${reason}`);
  }
}

export function monthSpan(month: string): { readonly fromMs: number; readonly toMs: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { fromMs: Date.UTC(year, number - 1), toMs: Date.UTC(year, number) };
}

export function billText(found: ItemisedBill, by: Grouping): string {
  const money = (price: number) => `${price.toFixed(price !== 0 && price < 0.01 ? 6 : 2)} ${found.currency}`;
  const names: Readonly<Record<Grouping, (row: UsageRow) => string>> = {
    operation: ({ operation }) => operation,
    key: ({ keyArn = '-' }) => keyArn,
    table: ({ table = '-' }) => table,
    connection: ({ connection }) => (connection === undefined ? '-' : String(connection)),
  };
  const calls = sumBy(found.rows, names[by]).map(({ name, calls: count, saved }) => [
    name,
    String(count),
    String(saved),
  ]);
  const requests = found.requests.reduce((total, { price }) => total + price, 0);
  const sums = [
    ['requests', money(requests)],
    [`free requests (${found.freeRequests.calls})`, `-${money(found.freeRequests.price)}`],
    ...found.keys.map(({ keyArn, hours, price }) => [`${keyArn}, ${hours} h`, money(price)]),
    ['total', money(found.total)],
    [`of the requests savable (${found.savable.calls})`, money(found.savable.price)],
  ];
  const span = [found.fromMs, found.toMs].map((ms) => new Date(ms).toISOString().slice(0, 19));
  return `${span.join(' to ')} UTC\n\n${columns([[by.toUpperCase(), 'CALLS', 'SAVABLE'], ...calls])}\n${columns(sums)}`;
}
