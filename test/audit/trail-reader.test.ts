import { afterAll, beforeAll, expect, test } from 'vitest';
import { newestFirst, oldestFirst, type ReaderParts } from '../../src/audit/trail-reader.ts';
import { trailSite } from './support.ts';

const site = trailSite();
const parts: ReaderParts = { folder: site.folder, key: site.key, written: () => undefined };
const dayMs = 86_400_000;
const startMs = site.clock.nowMs();
beforeAll(async () => {
  for (const first of [1, 4, 7]) {
    await site.write(first, first + 2);
    site.clock.advance(dayMs);
  }
});
afterAll(() => site.end());

async function numbersOf(entries: AsyncIterable<{ readonly number: number }>): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { number } of entries) numbers.push(number);
  return numbers;
}

test('the newest record comes first, and each once', async () => {
  expect(await numbersOf(newestFirst(parts, {}))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test('reading goes on from any place, and opens no segment that came after it', async () => {
  for await (const { segment, number } of newestFirst(parts, {})) {
    expect(segment).toBe(Math.ceil(number / 3));
    const read: number[] = [];
    const folder = {
      list: () => site.folder.list(),
      read: (each: number) => {
        read.push(each);
        return site.folder.read(each);
      },
    };
    const rest = await numbersOf(newestFirst({ ...parts, folder }, { before: { segment, number } }));
    expect(rest).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1].slice(10 - number));
    expect(read).toEqual([3, 2, 1].slice(3 - segment));
  }
});

test('a place in a segment that was dropped has nothing before it', async () => {
  const folder = { list: async () => [3], read: (each: number) => site.folder.read(each) };
  expect(await numbersOf(newestFirst({ ...parts, folder }, { before: { segment: 2, number: 5 } }))).toEqual(
    [],
  );
});

test('what is older than asked for may be left out, and nothing else', async () => {
  expect(await numbersOf(newestFirst(parts, { fromMs: startMs + 1.5 * dayMs }))).toEqual([9, 8, 7, 6, 5, 4]);
});

test('the oldest record of a time comes first', async () => {
  expect(await numbersOf(oldestFirst(parts, 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await numbersOf(oldestFirst(parts, startMs + dayMs))).toEqual([4, 5, 6, 7, 8, 9]);
});

test('what is not durable yet is not shown', async () => {
  const bytes = site.segments().get(3)?.length ?? 0;
  const written = () => ({ segment: 3, bytes: bytes - 1 });
  expect(await numbersOf(newestFirst({ ...parts, written }, {}))).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
});
