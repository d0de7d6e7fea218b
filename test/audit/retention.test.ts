import { afterAll, expect, test } from 'vitest';
import { droppableSegments } from '../../src/audit/retention.ts';
import { trailSite } from './support.ts';

const site = trailSite();
afterAll(() => site.end());
const startMs = site.clock.nowMs();
for (let n = 1; n <= 3; n++) {
  await site.write(n, n);
  site.clock.advance(1000);
}

test.each([
  ['nothing is old enough', 0, []],
  ['a segment ends as the next one begins', 1000, []],
  ['the next one began before', 1001, [1]],
  ['the last one stays, however old', 1e9, [1, 2]],
])('%s', async (_, afterMs, dropped) => {
  expect(await droppableSegments(site, startMs + afterMs)).toEqual({ present: [1, 2, 3], dropped });
});

test('what cannot be opened is kept, and all after it', async () => {
  const other = { folder: site.folder, key: { core: site.key.core, key: site.key.core.generateKey() } };
  expect((await droppableSegments(other, 1e15)).dropped).toEqual([]);
});
