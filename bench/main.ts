/** `npm run bench -- NAME [--json]`: picks a bench by name. With --json stdout gets one object and nothing else. */

import { codec } from './codec.ts';
import { type Bench, figuresJson, figuresText } from './figures.ts';
import { http } from './http.ts';
import { item } from './item.ts';
import { page } from './page.ts';
import { seal } from './seal.ts';

const benches: Readonly<Record<string, Bench>> = { seal, codec, page, item, http };

async function main(): Promise<void> {
  const [name, ...flags] = process.argv.slice(2);
  const bench = name === undefined ? undefined : benches[name];
  const unknown = flags.find((flag) => flag !== '--json');
  if (name === undefined || bench === undefined || unknown !== undefined) {
    const wrong = unknown === undefined ? '' : `There is no option ${unknown}. `;
    process.stderr.write(
      `${wrong}npm run bench -- NAME [--json], NAME one of: ${Object.keys(benches).join(', ')}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const figures = await bench.run((line) => process.stderr.write(`${name}: ${line}\n`));
  const text = flags.includes('--json')
    ? figuresJson(name, figures)
    : `\n${figuresText(name, bench.question, figures)}`;
  process.stdout.write(text);
}

main().catch((fault: unknown) => {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
  process.exitCode = 1;
});
