/** `cryptable doctor DIR`: says what is wrong with a store, in one word each, and what to do; changes nothing. */
import { Command } from 'commander';
import { type Examination, examine } from '../index.ts';
import { columns } from './columns.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { progress } from './progress.ts';
import {
  keyDirectoryOf,
  keyServiceOf,
  type RootKeyOptions,
  rootKeyOf,
  withRootKeyOptions,
} from './store-options.ts';

interface DoctorOptions extends RootKeyOptions {
  readonly json?: true;
}

/** No page could be looked at: the fault is not in the bytes of the store. */
const notOpened: ReadonlySet<string> = new Set([
  'StoreMissing',
  'StoreLocked',
  'StoreForeign',
  'StoreReplaced',
  'StoreUnavailable',
  'StoreUnsafe',
  'KeyServiceMissing',
  'KeyServiceUnreachable',
  'KeyServiceWrong',
  'KeyServiceCredentials',
  'KeyServiceUnsafe',
  'RootKeyMissing',
  'RootKeyWrong',
  'RootKeyUnsafe',
  'RootKeyRefused',
  'AddonUnavailable',
]);

export const doctor = withRootKeyOptions(
  new Command('doctor')
    .description('look at a store without changing it, name what is wrong, and say what to do')
    .argument('<dir>', 'the data folder; no other process may have it open')
    .option('--json', 'print one JSON object instead'),
)
  .addHelpText(
    'after',
    '\nExit codes: 0 healthy, 1 something is wrong with the store or a table, 2 the store cannot be opened.',
  )
  .action(async (dir: string, { json, ...options }: DoctorOptions) => {
    const bar = progress('doctor', 'pages');
    const places = { ...rootKeyOf(options), ...keyDirectoryOf(options), ...keyServiceOf(options) };
    const onProgress = (done: number, total: number) => bar.at(done, total);
    const found = await examine(dir, { ...places, progress: onProgress }).finally(() => bar.end());
    process.stdout.write(json === true ? `${JSON.stringify(found, undefined, 2)}\n` : examinationText(found));
    process.exitCode = exitCodeFor(found);
  });

export function exitCodeFor({ store, findings }: Pick<Examination, 'store' | 'findings'>): ExitCode {
  if (notOpened.has(store)) return exitCodes.usage;
  return findings.length > 0 ? exitCodes.fault : exitCodes.clean;
}

/** So many findings are told of each table and of the store; the rest are counted. */
const toldMax = 5;

export function examinationText({ store, tables, findings, pages }: Examination): string {
  const rows = [['store', store], ...tables.map(({ table, diagnosis }) => [`table ${table}`, diagnosis])];
  const text = [columns(rows)];
  for (const name of [undefined, ...tables.map(({ table }) => table)]) {
    const own = findings.filter(({ table }) => table === name);
    for (const { diagnosis, detail } of own.slice(0, toldMax)) {
      text.push(`${diagnosis}: ${name === undefined ? '' : `table ${name}, `}${detail}\n`);
    }
    if (own.length > toldMax) text.push(`… and ${own.length - toldMax} more\n`);
    for (const what of new Set(own.map(({ advice }) => advice))) text.push(`  ${what}\n`);
  }
  text.push(`${pages} pages opened\n`);
  return text.join('');
}
