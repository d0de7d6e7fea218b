import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClockServer, serveClock } from '../../src/lab/clock-server.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

let clock: VirtualClock;
let server: ClockServer;

beforeEach(async () => {
  clock = new VirtualClock(Date.UTC(2026, 0, 1));
  server = await serveClock(clock, 0);
});

afterEach(() => server.close());

async function ask(path: string, body?: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://${server.host}:${server.port}${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body }),
  });
  return { status: answer.status, body: (await answer.json()) as { readonly message?: string } };
}

test('the clock is told, moved on with all that falls due, and set', async () => {
  expect(await ask('/clock')).toEqual({ status: 200, body: { now: '2026-01-01T00:00:00.000Z' } });
  const seen: string[] = [];
  clock.after(3_600_000, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push('an hour');
  });
  const moved = await ask('/clock/advance', '{"by": "36h"}');
  expect(moved).toEqual({ status: 200, body: { now: '2026-01-02T12:00:00.000Z' } });
  expect(seen).toEqual(['an hour']);
  const set = await ask('/clock/set', '{"byMs": -3600000}');
  expect(set).toEqual({ status: 200, body: { now: '2026-01-02T11:00:00.000Z' } });
  expect(clock.monotonicMs()).toBe(36 * 3_600_000);
});

describe('refuses', () => {
  const refusals: readonly (readonly [string, string | undefined, number, RegExp])[] = [
    ['/', undefined, 404, /POST .clock.advance/],
    ['/clock', '{}', 404, /GET .clock/],
    ['/clock/advance', '', 400, /JSON/],
    ['/clock/advance', '[', 400, /JSON/],
    ['/clock/advance', 'null', 400, /no object/],
    ['/clock/advance', '{}', 400, /by is missing/],
    ['/clock/advance', '{"by": "soon"}', 400, /no length of time/],
    ['/clock/set', '{"byMs": "1"}', 400, /byMs is missing/],
    ['/clock/advance', `{"by": "${'9'.repeat(2000)}s"}`, 413, /too large/],
  ];
  for (const [path, body, status, message] of refusals) {
    test(`${body === undefined ? 'GET' : 'POST'} ${path} ${(body ?? '').slice(0, 20)}, and nothing moves`, async () => {
      const answer = await ask(path, body);
      expect(answer.status).toBe(status);
      expect(answer.body.message).toMatch(message);
      expect(clock.monotonicMs()).toBe(0);
    });
  }

  test('web pages', async () => {
    const answer = await ask('/clock/advance', '{"by": "1d"}', { origin: 'http://evil.example' });
    expect(answer.status).toBe(403);
    expect(clock.monotonicMs()).toBe(0);
  });
});
