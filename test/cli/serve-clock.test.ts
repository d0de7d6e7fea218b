import { createServer } from 'node:net';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { serveClockOf, withClockOption } from '../../src/cli/serve-clock.ts';

test('the option gives the port of a clock that begins now, stands still and can be moved', async () => {
  const command = withClockOption(new Command('serve')).parse(['--virtual-clock', '0'], { from: 'user' });
  const served = await serveClockOf({ workers: 1, ...command.opts<{ virtualClock: number }>() });
  if (served === undefined) throw new Error('a clock was asked for');
  const { clock, server, text } = served;
  expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(60_000);
  expect(text).toBe(`  clock     virtual, http://127.0.0.1:${server.port}/clock\n`);
  const before = clock.nowMs();
  const body = '{"by":"7d"}';
  const answer = await fetch(`http://127.0.0.1:${server.port}/clock/advance`, { method: 'POST', body });
  expect(await answer.json()).toEqual({ now: new Date(before + 7 * 86_400_000).toISOString() });
  expect(clock.nowMs()).toBe(before + 7 * 86_400_000);
  await server.close();
});

test('without the option the system tells the time', async () => {
  expect(await serveClockOf({ workers: 2 })).toBeUndefined();
});

test('processes that have no clock in common do not get one', async () => {
  await expect(serveClockOf({ virtualClock: 0, workers: 2 })).rejects.toThrow('goes with one process');
});

test('a port that is taken is told in one sentence', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(serveClockOf({ virtualClock: port, workers: 1 })).rejects.toThrow(
    `Port ${port} cannot be taken for the clock`,
  );
  await new Promise((resolve) => taken.close(resolve));
});
