import { expect, test } from 'vitest';
import { openConnection } from '../../src/server/connection.ts';

test('every connection has a number of its own, and is closed once it is ended', () => {
  const [first, second] = [openConnection(), openConnection()];
  expect(second.connection.id).not.toBe(first.connection.id);
  let told = 0;
  first.connection.closed.addEventListener('abort', () => told++);
  first.end();
  first.end();
  expect([told, first.connection.closed.aborted, second.connection.closed.aborted]).toEqual([1, true, false]);
});

test('more listeners than tables there are on a hand bring no warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const { connection } = openConnection();
  for (let table = 0; table < 50; table++) connection.closed.addEventListener('abort', () => {});
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
