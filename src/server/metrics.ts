/** Figures of a store for Prometheus, on a port of their own. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { UsageRow } from '../audit/usage.ts';
import { isLoopback } from '../base/loopback.ts';

/** What is read each time that figures are asked for. */
export interface Figures {
  readonly pagesSealed: number;
  readonly bytesSealed: number;
  readonly sealMs: number;
  readonly pagesOpened: number;
  readonly bytesOpened: number;
  readonly openMs: number;
  readonly cachedBytes: number;
  /** Calls of key services since the start that can be seen, failed ones included. */
  readonly usage: readonly UsageRow[];
}

export interface MetricsServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface MetricsOptions {
  readonly read: () => Figures;
  /** An address of this machine alone: figures tell names of tables and keys. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

interface CounterRow {
  readonly name: string;
  readonly help: string;
  readonly read: (figures: Figures) => number;
}

const counters: readonly CounterRow[] = [
  {
    name: 'cryptable_pages_sealed_total',
    help: 'Pages sealed since the start.',
    read: ({ pagesSealed }) => pagesSealed,
  },
  {
    name: 'cryptable_sealed_bytes_total',
    help: 'Bytes sealed since the start.',
    read: ({ bytesSealed }) => bytesSealed,
  },
  {
    name: 'cryptable_seal_seconds_total',
    help: 'Time spent sealing pages.',
    read: ({ sealMs }) => sealMs / 1000,
  },
  {
    name: 'cryptable_pages_opened_total',
    help: 'Pages opened since the start.',
    read: ({ pagesOpened }) => pagesOpened,
  },
  {
    name: 'cryptable_opened_bytes_total',
    help: 'Bytes opened since the start.',
    read: ({ bytesOpened }) => bytesOpened,
  },
  {
    name: 'cryptable_open_seconds_total',
    help: 'Time spent opening pages.',
    read: ({ openMs }) => openMs / 1000,
  },
];

const callLabels = ['operation', 'key', 'table'] as const;

/** What the page says; also for those who serve it themselves. */
export function metricsRegistry(read: () => Figures): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  for (const { name, help, read: figureOf } of counters) {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(figureOf(read()));
      },
    });
  }
  new Gauge({
    name: 'cryptable_cached_bytes',
    help: 'Opened pages in memory.',
    registers,
    collect() {
      this.set(read().cachedBytes);
    },
  });
  usageCounter(
    registry,
    'cryptable_kms_calls_total',
    'Calls that KMS would charge for.',
    (row) => row.calls,
    read,
  );
  const saved =
    'Of the calls: those that a client who keeps its connection would not have caused, by estimate.';
  usageCounter(registry, 'cryptable_kms_calls_savable_total', saved, (row) => row.saved, read);
  return registry;
}

/** Rejects with a TypeError for an address that other machines reach, else with the system's error. */
export async function serveMetrics({
  read,
  host = '127.0.0.1',
  port,
}: MetricsOptions): Promise<MetricsServer> {
  if (!isLoopback(host)) throw new TypeError(`Other machines can reach ${host}: figures are for this one.`);
  const registry = metricsRegistry(read);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has an address');
  return { host: address.address, port: address.port, close: () => closed(server) };
}

function usageCounter(
  registry: Registry,
  name: string,
  help: string,
  count: (row: UsageRow) => number,
  read: () => Figures,
): void {
  new Counter({
    name,
    help,
    labelNames: callLabels,
    registers: [registry],
    collect() {
      this.reset();
      for (const row of read().usage) {
        if (count(row) === 0) continue;
        this.inc({ operation: row.operation, key: row.keyArn ?? '', table: row.table ?? '' }, count(row));
      }
    },
  });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
