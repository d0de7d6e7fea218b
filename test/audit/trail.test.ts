import { appendFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { segmentName } from '../../src/audit/segment.ts';
import { SegmentFolder } from '../../src/audit/segment-folder.ts';
import type { Trail } from '../../src/audit/trail.ts';
import { anchorIntervalMs } from '../../src/audit/trail-anchoring.ts';
import { newestFirst, oldestFirst } from '../../src/audit/trail-reader.ts';
import { verifyTrail } from '../../src/audit/verify-trail.ts';
import { Outage } from '../../src/base/errors.ts';
import { entryOf, type TrailSite, trailSite } from './support.ts';

let site: TrailSite;
beforeEach(() => {
  site = trailSite();
});
const left: Trail[] = [];
afterEach(async () => {
  for (const trail of left.splice(0)) await trail.close();
  site.end();
});

async function names(): Promise<string[]> {
  const found: string[] = [];
  const parts = { folder: site.folder, key: site.key, written: () => undefined };
  for await (const { event, number } of newestFirst(parts, {})) {
    found.push(`${number} ${event.userIdentity.userName}`);
  }
  return found;
}

const unavailable = expect.objectContaining({ name: 'Outage', code: 'AuditUnavailable' });

/** A folder whose files fail to write, or to be made, as long as it is full. */
class FullFolder extends SegmentFolder {
  isFull = false;
  syncs = 0;

  override async make(segment: number, opening: Uint8Array): Promise<FileHandle> {
    if (this.isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const file = await super.make(segment, opening);
    const [write, sync] = [file.writeFile.bind(file), file.datasync.bind(file)];
    file.writeFile = async (bytes: Uint8Array) => {
      // Half of it comes to lie there, as on a disk that is full in the midst of it.
      if (!this.isFull) return write(bytes);
      await write(bytes.subarray(0, bytes.length / 2));
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    file.datasync = () => {
      this.syncs++;
      return sync();
    };
    return file;
  }
}

describe('the audit trail', () => {
  test('is made with its first record, for its owner alone', async () => {
    const trail = await site.open();
    expect(() => readdirSync(site.path)).toThrow('ENOENT');
    await trail.record(entryOf(1, 0));
    const file = join(site.path, segmentName(1));
    expect(readdirSync(site.path)).toEqual([segmentName(1)]);
    expect([site.path, file].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      '700',
      '600',
    ]);
    await trail.close();
  });

  test('shows nothing of its records on the disk (R-REST-1)', async () => {
    await site.write(1, 3);
    for (const [, bytes] of site.segments()) {
      expect(Buffer.from(bytes).includes('user-')).toBe(false);
      expect(Buffer.from(bytes).includes('Decrypt')).toBe(false);
    }
  });

  test('keeps the order of its records over openings and segments', async () => {
    await site.write(1, 5, { segmentBytes: 2000 });
    await site.write(6, 7);
    expect(await names()).toEqual([7, 6, 5, 4, 3, 2, 1].map((n) => `${n} user-${n}`));
    const parts = { folder: site.folder, key: site.key, written: () => undefined };
    const numbers: number[] = [];
    for await (const { number } of oldestFirst(parts, 0)) numbers.push(number);
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect((await site.verify()).faults).toEqual([]);
  });

  test('writes what comes at once in one group: one fsync for many records', async () => {
    const folder = new FullFolder(site.path);
    const trail = await site.open({ folder });
    await trail.record(entryOf(0, 0));
    const before = folder.syncs;
    await Promise.all(Array.from({ length: 200 }, (_, n) => trail.record(entryOf(n + 1, 0))));
    expect(folder.syncs - before).toBeLessThanOrEqual(2);
    expect((await names()).length).toBe(201);
    await trail.close();
  });

  test('tells time that never goes backwards', async () => {
    const trail = await site.open();
    const first = trail.nowMs();
    await trail.record(entryOf(1, first));
    site.clock.jump(-3_600_000);
    expect(trail.nowMs()).toBe(first);
    await trail.close();
    const again = await site.open();
    expect(again.nowMs()).toBe(first);
    await again.close();
  });

  test('drops segments when their records are too old, and says so (retention)', async () => {
    await site.write(1, 4, { segmentBytes: 2000 });
    const old = site.segments().size;
    site.clock.advance(91 * 86_400_000);
    await site.write(5, 5);
    // The end of the last old segment is known only since there is a younger one.
    await site.write(6, 6);
    const kept = [...site.segments().keys()];
    expect(kept[0]).toBe(old);
    expect(await site.verify()).toMatchObject({ droppedSegments: old - 1, faults: [] });
    site.clock.advance(1);
    expect((await names())[0]).toBe('6 user-6');
  });

  test('is refused after it was closed', async () => {
    const trail = await site.open();
    await trail.close();
    await expect(trail.record(entryOf(1, 0))).rejects.toMatchObject({ code: 'Closed' });
    expect(() => trail.ready()).toThrow(Outage);
    expect(site.clock.timers).toBe(0);
  });
});

describe('a full disk', () => {
  test('refuses the call and those after it, and loses no record (R-AUD-1)', async () => {
    const folder = new FullFolder(site.path);
    const trail = await site.open({ folder });
    await trail.record(entryOf(1, 0));
    expect(trail.ready()).toBeUndefined();
    folder.isFull = true;
    await expect(trail.record(entryOf(2, 0))).rejects.toEqual(unavailable);
    await expect(trail.ready()).rejects.toEqual(unavailable);
    folder.isFull = false;
    // The next call finds room, and the record of the call that was told that it failed is there.
    await trail.ready();
    await trail.record(entryOf(3, 0));
    expect(trail.ready()).toBeUndefined();
    await trail.close();
    expect(await names()).toEqual(['3 user-3', '2 user-2', '1 user-1']);
    expect(await site.verify()).toMatchObject({ tornWrites: 1, faults: [] });
  });

  test('lets calls go on where that was chosen, and catches up', async () => {
    const folder = new FullFolder(site.path);
    const trail = await site.open({ folder, goOnUnrecorded: true });
    folder.isFull = true;
    await trail.record(entryOf(1, 0));
    expect(trail.ready()).toBeUndefined();
    await trail.record(entryOf(2, 0));
    folder.isFull = false;
    await trail.record(entryOf(3, 0));
    await trail.close();
    expect(await names()).toEqual(['3 user-3', '2 user-2', '1 user-1']);
  });
});

describe('a process that dies', () => {
  /** Leaves the trail as a killed process does: nobody closes it. */
  async function killed(records: number, anchored: boolean): Promise<void> {
    const trail = await site.open();
    left.push(trail);
    for (let n = 1; n <= records; n++) await trail.record(entryOf(n, 0));
    if (anchored) await site.clock.advanceAndSettle(anchorIntervalMs);
  }
  const file = () => join(site.path, segmentName(1));

  test('loses no record that was acknowledged (R-AUD-3)', async () => {
    await killed(5, false);
    await site.write(6, 6);
    expect(await names()).toEqual([6, 5, 4, 3, 2, 1].map((n) => `${n} user-${n}`));
    expect(await site.verify()).toMatchObject({ tornWrites: 0, faults: [] });
  });

  test('in the midst of a write leaves an end that is no tampering', async () => {
    await killed(5, true);
    appendFileSync(file(), Uint8Array.of(0, 0, 3, 1, 77, 78));
    expect(await site.verify()).toMatchObject({ records: 5, tornWrites: 1, faults: [] });
    await site.write(6, 6);
    expect(await site.verify()).toMatchObject({ records: 6, tornWrites: 1, faults: [] });
    // What the next segment knows of that end, nobody adds to.
    appendFileSync(file(), Uint8Array.of(1));
    expect((await site.verify()).faults).toHaveLength(1);
  });

  test('whose end is cut off afterwards is found, as far as its anchor knew (R-AUD-2)', async () => {
    await killed(5, true);
    const { size } = statSync(file());
    truncateSync(file(), size - 1500);
    expect((await site.verify()).faults).toEqual([
      {
        segment: 1,
        problem: expect.stringMatching(/^it ends with record [234], and record 5 had been written$/),
      },
    ]);
  });
});

describe('a trail that was changed while it was closed', () => {
  test.each(['cut off', 'overwritten', 'removed'])('and %s says so for ever, and goes on', async (how) => {
    await site.write(1, 5);
    const path = join(site.path, segmentName(1));
    const { size } = statSync(path);
    if (how === 'cut off') truncateSync(path, size - 1000);
    if (how === 'overwritten') writeFileSync(path, Buffer.alloc(size, 7));
    if (how === 'removed') truncateSync(path, 0);
    const lines: string[] = [];
    const log = { info: () => {}, warn: () => {}, error: (_: object, line: string) => lines.push(line) };
    await site.write(6, 6, { log });
    expect(lines).toHaveLength(1);
    await site.write(7, 7);
    expect((await names()).slice(0, 2)).toEqual(['7 user-7', '6 user-6']);
    const { faults } = await site.verify();
    expect(faults).toContainEqual({
      segment: 2,
      problem: 'what came before it was not what had been written, when it was begun',
    });
  });

  test('is missed by its anchor where nothing else is left', async () => {
    await site.write(1, 5);
    const parts = { folder: new SegmentFolder(`${site.path}-gone`), key: site.key, written: () => undefined };
    expect((await verifyTrail({ ...parts, anchor: site.anchor })).faults).toHaveLength(1);
  });
});
