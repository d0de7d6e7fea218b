import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { deliveryTo, FolderDelivery, logEventOf } from '../../src/audit/delivery.ts';
import { account, entryOf, region } from './support.ts';

const root = mkdtempSync(join(tmpdir(), 'cryptable-delivery-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const dayMs = 86_400_000;
const entry = (number: number, atMs = Date.UTC(2026, 0, 1)) => ({ ...entryOf(number, atMs), number });
const numbersIn = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Number(JSON.parse(line).eventId));

test('an event is told as CloudWatch Logs holds it', () => {
  const delivered = entry(7, 1000);
  expect(logEventOf(delivered)).toEqual({
    logStreamName: `${account}_CloudTrail_${region}`,
    timestamp: 1000,
    ingestionTime: 1000,
    message: JSON.stringify(delivered.event),
    eventId: '7'.padStart(56, '0'),
  });
});

test('lines go to whoever takes them; one that throws does no harm', async () => {
  const lines: string[] = [];
  const delivery = deliveryTo((line) => lines.push(line));
  delivery.deliver([entry(1), entry(2)]);
  expect(lines.map((line) => [Number(JSON.parse(line).eventId), line.endsWith('}\n')])).toEqual([
    [1, true],
    [2, true],
  ]);
  const complaints: string[] = [];
  const log = { info: () => {}, warn: () => {}, error: (_: object, line: string) => complaints.push(line) };
  const failing = deliveryTo(() => {
    throw new Error('nobody takes it');
  }, log);
  failing.deliver([entry(1)]);
  expect(complaints).toHaveLength(1);
  expect(await failing.last()).toBeUndefined();
});

test('a folder has a file for each day, for its owner alone, and knows its last record', async () => {
  const folder = join(root, 'days');
  const delivery = new FolderDelivery(folder);
  expect(await delivery.last()).toBeUndefined();
  delivery.deliver([entry(1), entry(2)]);
  delivery.deliver([entry(3, Date.UTC(2026, 0, 1) + dayMs)]);
  await delivery.close();
  expect(readdirSync(folder).sort()).toEqual(['audit-2026-01-01.jsonl', 'audit-2026-01-02.jsonl']);
  expect(numbersIn(join(folder, 'audit-2026-01-01.jsonl'))).toEqual([1, 2]);
  expect((statSync(join(folder, 'audit-2026-01-01.jsonl')).mode & 0o777).toString(8)).toBe('600');
  expect(await new FolderDelivery(folder).last()).toBe(3);
});

test('a line that was cut off does not count, and ends before the next', async () => {
  const folder = join(root, 'torn');
  const first = new FolderDelivery(folder);
  first.deliver([entry(1)]);
  await first.close();
  const file = join(folder, 'audit-2026-01-01.jsonl');
  appendFileSync(file, '{"logStreamName":"1234');
  const second = new FolderDelivery(folder);
  expect(await second.last()).toBe(1);
  second.deliver([entry(2)]);
  await second.close();
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(Number(JSON.parse(lines[2] ?? '').eventId)).toBe(2);
});

test('after what could not be written nothing comes: the next opening delivers from there', async () => {
  const folder = join(root, 'gone');
  const complaints: string[] = [];
  const log = { info: () => {}, warn: () => {}, error: (_: object, line: string) => complaints.push(line) };
  const delivery = new FolderDelivery(folder, log);
  rmSync(folder, { recursive: true });
  delivery.deliver([entry(1)]);
  delivery.deliver([entry(2)]);
  await delivery.close();
  expect(complaints).toHaveLength(1);
});
