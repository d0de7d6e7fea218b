import { get } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type Figures, type MetricsServer, metricsRegistry, serveMetrics } from '../../src/server/metrics.ts';

const figures: Figures = {
  ...{ pagesSealed: 5, bytesSealed: 40_960, sealMs: 1500, pagesOpened: 7, bytesOpened: 57_344, openMs: 250 },
  cachedBytes: 1024,
  usage: [
    {
      operation: 'Decrypt',
      keyArn: 'arn:k',
      table: 'Books',
      connection: 1,
      account: 'a',
      region: 'r',
      calls: 3,
      saved: 1,
    },
    {
      operation: 'Decrypt',
      keyArn: 'arn:k',
      table: 'Books',
      connection: 2,
      account: 'a',
      region: 'r',
      calls: 4,
      saved: 2,
    },
    { operation: 'ListKeys', account: 'a', region: 'r', calls: 1, saved: 0 },
  ],
};
const servers: MetricsServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function fetched(
  port: number,
  path: string,
): Promise<{ status: number | undefined; type: unknown; text: string }> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        resolve({ status, type: headers['content-type'], text: Buffer.concat(parts).toString() });
      });
    }).on('error', reject);
  });
}

test('figures are those of the moment, calls added up over connections', async () => {
  let read: Figures = figures;
  const registry = metricsRegistry(() => read);
  const lines = (await registry.metrics()).split('\n');
  for (const line of [
    'cryptable_pages_sealed_total 5',
    'cryptable_seal_seconds_total 1.5',
    'cryptable_opened_bytes_total 57344',
    'cryptable_cached_bytes 1024',
    'cryptable_kms_calls_total{operation="Decrypt",key="arn:k",table="Books"} 7',
    'cryptable_kms_calls_total{operation="ListKeys",key="",table=""} 1',
    'cryptable_kms_calls_savable_total{operation="Decrypt",key="arn:k",table="Books"} 3',
  ]) {
    expect(lines).toContain(line);
  }
  read = { ...figures, pagesSealed: 6 };
  expect(await registry.metrics()).toContain('cryptable_pages_sealed_total 6\n');
});

test('they are served at /metrics, and nothing else is', async () => {
  const server = await serveMetrics({ read: () => figures, port: 0 });
  servers.push(server);
  const page = await fetched(server.port, '/metrics');
  expect([page.status, page.type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect(page.text).toContain('process_cpu_seconds_total');
  expect((await fetched(server.port, '/')).status).toBe(404);
});

test('they are not served to other machines', async () => {
  await expect(serveMetrics({ read: () => figures, host: '0.0.0.0', port: 0 })).rejects.toThrow(TypeError);
});
