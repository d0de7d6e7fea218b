/** Two served processes, each with a region of its own, that replicate over mutual TLS; either can be killed at any time. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { TestAuthority } from './certificates.ts';
import { type JsonCall, jsonCall } from './json-call.ts';
import { type ServedProcess, serveProcess } from './served-process.ts';

export const regions = ['us-east-1', 'eu-west-1'] as const;
export type PairedRegion = (typeof regions)[number];

export class ReplicatedPair {
  readonly #folder: string;
  readonly #running = new Map<PairedRegion, ServedProcess>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<ReplicatedPair> {
    const pair = new ReplicatedPair(folder);
    await pair.#configure();
    await Promise.all(regions.map((region) => pair.start(region)));
    return pair;
  }

  dataOf(region: PairedRegion): string {
    return join(this.#folder, region, 'data');
  }

  rootKeyOf(region: PairedRegion): string {
    return join(this.#folder, region, 'root.key');
  }

  /** Of the process as it runs now. */
  call(region: PairedRegion): JsonCall {
    return (operation, input) => jsonCall(this.#process(region).endpoint)(operation, input);
  }

  endpoint(region: PairedRegion): string {
    return this.#process(region).endpoint;
  }

  async start(region: PairedRegion): Promise<void> {
    const peers = join(this.#folder, region, 'peers.json');
    const places = ['--data', this.dataOf(region), '--root-key', this.rootKeyOf(region), '--peers', peers];
    this.#running.set(region, await serveProcess([...places, '--region', region]));
  }

  async kill(region: PairedRegion): Promise<void> {
    await this.#process(region).kill();
  }

  /** It keeps its sockets, and neither reads nor answers. */
  standStill(region: PairedRegion): void {
    process.kill(this.#process(region).pid, 'SIGSTOP');
  }

  goOn(region: PairedRegion): void {
    process.kill(this.#process(region).pid, 'SIGCONT');
  }

  async end(): Promise<void> {
    await Promise.all([...this.#running.values()].filter(({ isAlive }) => isAlive).map((one) => one.kill()));
  }

  #process(region: PairedRegion): ServedProcess {
    const running = this.#running.get(region);
    if (running === undefined) throw new TypeError(`${region} was never started`);
    return running;
  }

  /** Each knows where the other is, by a port that stays its own. */
  async #configure(): Promise<void> {
    const authority = new TestAuthority();
    const ports = await freePorts(regions.length);
    const nameOf = (region: PairedRegion) => `${region}.peers.test`;
    for (const [index, region] of regions.entries()) {
      const folder = join(this.#folder, region);
      mkdirSync(folder, { recursive: true });
      const { certificate, key } = authority.sign({ names: [nameOf(region)] });
      const others = regions.filter((other) => other !== region);
      const places = others.map((other) => {
        const url = `https://127.0.0.1:${ports[regions.indexOf(other)]}`;
        return [other, { url, name: nameOf(other) }] as const;
      });
      writeFileSync(join(folder, 'own.pem'), certificate);
      writeFileSync(join(folder, 'own.key'), key, { mode: 0o600 });
      writeFileSync(join(folder, 'ca.pem'), authority.certificate);
      writeFileSync(
        join(folder, 'peers.json'),
        JSON.stringify({
          certificate: 'own.pem',
          key: 'own.key',
          authority: 'ca.pem',
          listen: { host: '127.0.0.1', port: ports[index] },
          regions: Object.fromEntries(places),
        }),
      );
    }
  }
}

/** Of this machine, all of them free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return ports;
}
