import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NoticeEvent } from '../../src/lifecycle/notice.ts';
import { eventChannel } from '../../src/lifecycle/notice-events.ts';
import { notice } from './notices.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-events-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('events', () => {
  test('go into a folder, each a file of its own that only its owner reads, the same again one file', async () => {
    const sink = join(folder, 'made', 'for it');
    const channel = eventChannel(sink);
    await channel.send(notice);
    await channel.send(notice);
    await channel.send({ ...notice, id: 'another' });
    expect(readdirSync(sink).toSorted()).toEqual([`${notice.id}.json`, 'another.json'].toSorted());
    const file = join(sink, `${notice.id}.json`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(notice.event);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('go to a function, whose failure is one', async () => {
    const given: NoticeEvent[] = [];
    await eventChannel((event) => void given.push(event)).send(notice);
    expect(given).toEqual([notice.event]);
    const failing = eventChannel(() => Promise.reject(new Error('full')));
    await expect(failing.send(notice)).rejects.toThrow('full');
    const throwing = eventChannel(() => {
      throw new Error('broken');
    });
    await expect(throwing.send(notice)).rejects.toThrow('broken');
  });

  test('cannot go into a folder that is a file', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => eventChannel(join(folder, 'file'))).toThrow('EEXIST');
  });
});
