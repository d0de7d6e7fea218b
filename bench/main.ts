/**
 * `npm run bench -- NAME [--json] [--chart]`: picks a bench by name. With --json stdout gets one object and
 * nothing else; with --chart a bench that has a chart writes it into the package.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup } from './backup.ts';
import { codec } from './codec.ts';
import { type Bench, figuresJson, figuresText } from './figures.ts';
import { http } from './http.ts';
import { item } from './item.ts';
import { page } from './page.ts';
import { packageRoot } from './product.ts';
import { scale } from './scale.ts';
import { seal } from './seal.ts';
import { workers } from './workers.ts';

const benches: Readonly<Record<string, Bench>> = { seal, codec, page, item, http, workers, backup, scale };

async function main(): Promise<void> {
  const [name, ...flags] = process.argv.slice(2);
  const bench = name === undefined ? undefined : benches[name];
  const wrong = flags.map((flag) => wrongWith(flag, bench)).find((sentence) => sentence !== '') ?? '';
  if (name === undefined || bench === undefined || wrong !== '') {
    process.stderr.write(
      `${wrong}npm run bench -- NAME [--json] [--chart], NAME one of: ${Object.keys(benches).join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const say = (line: string) => process.stderr.write(`${name}: ${line}\n`);
  const figures = await bench.run(say);
  const text = flags.includes('--json')
    ? figuresJson(name, figures)
    : `\n${figuresText(name, bench.question, figures)}`;
  process.stdout.write(text);
  if (bench.chart !== undefined && flags.includes('--chart')) {
    const file = join(packageRoot, bench.chart.file);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bench.chart.draw(figures));
    say(`the chart is in ${bench.chart.file}`);
  }
}

function wrongWith(flag: string, bench: Bench | undefined): string {
  if (flag === '--json') return '';
  if (flag !== '--chart') return `There is no option ${flag}. `;
  return bench === undefined || bench.chart !== undefined ? '' : 'This bench has no chart. ';
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
  process.exitCode = 1;
});
