/** `cryptable demo`: the whole road on real data, each step checked, in a folder of its own. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { plantCanary, type ScanReport, scanFolder } from '../lab/clear-text-scan.ts';
import { NeedleIndex } from '../lab/needles.ts';
import { credentialsVariable } from './credentials.ts';
import { type City, canariesOf, citiesOf, jsonBytes } from './demo/city.ts';
import { type Clients, makeClients } from './demo/clients.ts';
import { expectThat } from './demo/expectation.ts';
import { loadCities } from './demo/load.ts';
import { loadPackages, type Packages } from './demo/packages.ts';
import { ProtectedTable } from './demo/protected-table.ts';
import { askQuestions, countItems, largestOf, readCity } from './demo/questions.ts';
import { runCommand, type ServerProcess, startServer } from './demo/server-process.ts';
import { count, megabytes, summaryText } from './demo/summary.ts';
import { wholeNumber } from './option-parsers.ts';

interface DemoOptions {
  readonly cities?: number;
  readonly keep?: true;
}

interface Place {
  readonly data: string;
  readonly rootKey: string;
  readonly control: string;
}

export const demo = new Command('demo')
  .description(
    'load the cities of the world into an encrypted table, look for them on disk, take its key away',
  )
  .option('--cities <number>', 'load only so many of them', wholeNumber('--cities', 1_000_000, 1))
  .option('--keep', 'leave the folders of the demo behind')
  .action(async ({ cities, keep }: DemoOptions) => {
    const packages = await loadPackages();
    // Two folders: the key that opens everything never lies beside the data.
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-demo-'));
    const keyFolder = mkdtempSync(join(tmpdir(), 'cryptable-demo-key-'));
    const place = {
      data: join(folder, 'data'),
      rootKey: join(keyFolder, 'root.key'),
      control: join(folder, 'control'),
    };
    try {
      const all = citiesOf(packages.cities);
      await new Demo(packages, place, cities === undefined ? all : spread(all, cities)).run();
    } finally {
      if (keep === true) say(`Left behind: ${folder} and ${keyFolder}`);
      else for (const path of [folder, keyFolder]) rmSync(path, { recursive: true, force: true });
    }
  });

/** So many of them from all over the world, in their order. */
function spread(cities: readonly City[], wanted: number): readonly City[] {
  const step = Math.max(1, cities.length / wanted);
  const chosen: City[] = [];
  for (let at = 0; at < cities.length; at += step)
    chosen.push(...cities.slice(Math.floor(at), Math.floor(at) + 1));
  return chosen;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What the steps share, and the process that must not outlive them. */
class Demo {
  readonly #packages: Packages;
  readonly #place: Place;
  readonly #cities: readonly City[];
  readonly #caller = { accessKeyId: 'DEMOCALLER', secretAccessKey: randomBytes(24).toString('hex') };
  readonly #startMs = systemClock.monotonicMs();
  #step = 0;
  #server: ServerProcess | undefined;

  constructor(packages: Packages, place: Place, cities: readonly City[]) {
    this.#packages = packages;
    this.#place = place;
    this.#cities = cities;
  }

  async run(): Promise<void> {
    try {
      await this.#runSteps();
    } finally {
      this.#server?.kill();
    }
  }

  async #runSteps(): Promise<void> {
    this.#title('Start the server in a new folder');
    let server = await this.#start();
    const clients = makeClients(this.#packages, server.endpoint, this.#caller);

    this.#title('Make a customer managed key, and a table under it');
    const table = await ProtectedTable.create(this.#packages, clients);
    say(`   ${table.keyArn}`);

    this.#title(`Load ${count(this.#cities.length)} cities`);
    const beforeLoad = await server.stats();
    const load = await loadCities(this.#packages, clients, this.#cities);
    const afterLoad = await server.stats();

    this.#title('Ask the table');
    for (const { question, answer } of await askQuestions(this.#packages, clients, this.#cities)) {
      say(`   ${question}\n     ${answer}`);
    }

    this.#title('Look for clear text in every file on disk');
    const disk = this.#scanDisk();

    await this.#takeKeyAway(clients, table);
    await this.#changeKeys(clients, table);

    this.#title('Restart the server and verify every page');
    const firstRun = await server.stats();
    clients.close();
    await server.stop();
    await this.#verify();
    server = await this.#start();
    await this.#checkAllThere(server);
    const secondRun = await server.stats();
    await server.stop();

    this.#title('Summary');
    process.stdout.write(
      summaryText({
        load,
        jsonBytes: jsonBytes(this.#cities),
        beforeLoad,
        afterLoad,
        runs: [firstRun, secondRun],
        diskBytes: disk.bytes,
        tookMs: systemClock.monotonicMs() - this.#startMs,
      })
        .replaceAll(/^/gm, '   ')
        .trimEnd()
        .concat('\n'),
    );
  }

  #title(text: string): void {
    this.#step++;
    say(`\n${this.#step}. ${text}`);
  }

  async #start(): Promise<ServerProcess> {
    const { data, rootKey } = this.#place;
    const { accessKeyId, secretAccessKey } = this.#caller;
    const server = await startServer(['--data', data, '--root-key', rootKey, '--key-watch-seconds', '1'], {
      [credentialsVariable]: `${accessKeyId}:${secretAccessKey}`,
    });
    this.#server = server;
    const { kernel } = await server.stats();
    say(`   ${server.endpoint}, kernel ${kernel}, data in ${data}, root key in ${rootKey}`);
    return server;
  }

  #scanDisk(): ScanReport {
    const canaries = canariesOf(this.#cities);
    const index = new NeedleIndex(canaries);
    this.#proveScanner(index, canaries);
    const report = scanFolder(this.#place.data, index);
    say(
      `   ${count(report.fileCount)} files, ${megabytes(report.bytes)}: looked for ${count(canaries.length)} names in ` +
        `raw, hex, base64 and UTF-16 (${count(index.count)} patterns): ${count(report.hitCount)} hits`,
    );
    for (const { file, offset, form, text } of report.hits)
      say(`   hit: ${text} as ${form} in ${file} at ${offset}`);
    expectThat(
      report.fileCount > 0 && report.bytes > jsonBytes(this.#cities) / 4,
      'the scan found too little on disk.',
    );
    expectThat(report.hitCount === 0, 'clear text lies on disk.');
    return report;
  }

  #proveScanner(index: NeedleIndex, canaries: readonly string[]): void {
    const text = canaries[canaries.length - 1] ?? '';
    const planted = plantCanary(this.#place.control, text);
    const control: ScanReport = scanFolder(join(this.#place.control, '..'), index);
    const found = new Set(control.hits.filter((hit) => hit.text === text).map(({ form }) => form));
    expectThat(
      planted.every((form) => found.has(form)),
      `the scanner overlooked ${text} where it was planted.`,
    );
    say(
      `   control file outside the data: "${text}" found in all ${planted.length} forms in which it was planted`,
    );
  }

  async #takeKeyAway(clients: Clients, table: ProtectedTable): Promise<void> {
    const city = largestOf(this.#cities);
    this.#title('Disable the key');
    const refused = await table.disableKey(city);
    say(`   GetItem refused after ${Math.round(refused.tookMs)} ms: ${refused.name}: ${refused.message}`);
    const inaccessible = await table.untilInaccessible();
    say(`   INACCESSIBLE_ENCRYPTION_CREDENTIALS since ${inaccessible.since.toISOString()}`);
    this.#title('Enable it again');
    say(`   ACTIVE after ${Math.round(await table.enableKey())} ms`);
    await this.#checkReadable(clients);
  }

  async #changeKeys(clients: Clients, table: ProtectedTable): Promise<void> {
    this.#title('Move the table to the AWS owned key, and back');
    say(`   under the AWS owned key after ${Math.round(await table.moveToOwnedKey())} ms`);
    await this.#checkReadable(clients);
    say(`   under the customer managed key after ${Math.round(await table.moveToCustomerKey())} ms`);
    await this.#checkReadable(clients);
  }

  async #checkReadable(clients: Clients): Promise<void> {
    const city = largestOf(this.#cities);
    const item = await readCity(this.#packages, clients, city);
    expectThat(isDeepStrictEqual(item, { ...city }), `${city.name} did not come back as it was written.`);
    say(`   GetItem answers: ${city.name}`);
  }

  async #verify(): Promise<void> {
    const { data, rootKey } = this.#place;
    const code = await runCommand(['verify', data, '--root-key', rootKey]);
    expectThat(code === 0, `verify ended with ${code}.`);
  }

  async #checkAllThere(server: ServerProcess): Promise<void> {
    const clients = makeClients(this.#packages, server.endpoint, this.#caller);
    try {
      const found = await countItems(this.#packages, clients);
      say(`   Scan counts ${count(found)} cities`);
      expectThat(found === this.#cities.length, `${count(this.#cities.length)} cities were written.`);
      await this.#checkReadable(clients);
    } finally {
      clients.close();
    }
  }
}
