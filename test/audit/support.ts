/** An audit trail in a folder of its own, its anchor in memory, its time standing still. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../src/audit/entry.ts';
import { type AuditEvent, eventOf } from '../../src/audit/event.ts';
import { segmentOf, type TrailKey } from '../../src/audit/segment.ts';
import { SegmentFolder } from '../../src/audit/segment-folder.ts';
import { Trail, type TrailOptions } from '../../src/audit/trail.ts';
import type { ReaderParts } from '../../src/audit/trail-reader.ts';
import { type TrailReport, verifyTrail } from '../../src/audit/verify-trail.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { AnchorPlace } from '../../src/store/anchor-file.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const account = '111122223333';
export const region = 'us-east-1';
export const keyArn = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

export class MemoryAnchor implements AnchorPlace {
  sealed: Uint8Array | undefined;
  writes = 0;
  isFailing = false;

  async read(): Promise<Uint8Array | undefined> {
    return this.sealed;
  }

  async write(sealed: Uint8Array): Promise<void> {
    if (this.isFailing) throw new Error('the place of the anchor is gone');
    this.writes++;
    this.sealed = sealed;
  }
}

const core = createFallbackCore();

export interface TrailSite {
  readonly path: string;
  readonly folder: SegmentFolder;
  readonly key: TrailKey;
  readonly anchor: MemoryAnchor;
  readonly clock: VirtualClock;
  open(options?: Partial<TrailOptions>): Promise<Trail>;
  /** Writes records one after another and closes. */
  write(from: number, to: number, options?: Partial<TrailOptions>): Promise<void>;
  /** What is on the disk, by segment. */
  segments(): Map<number, Uint8Array>;
  verify(): Promise<TrailReport>;
  end(): void;
}

export function trailSite(): TrailSite {
  const path = join(mkdtempSync(join(tmpdir(), 'cryptable-audit-')), 'audit');
  const folder = new SegmentFolder(path);
  const key = { core, key: core.importKey(new Uint8Array(32).fill(9)) };
  const anchor = new MemoryAnchor();
  const clock = new VirtualClock();
  const open = (options: Partial<TrailOptions> = {}) =>
    Trail.open({ folder, key, anchor, clock, retentionMs: 90 * 86_400_000, ...options });
  return {
    ...{ path, folder, key, anchor, clock, open },
    async write(from, to, options = {}) {
      const trail = await open(options);
      for (let n = from; n <= to; n++) await trail.record(entryOf(n, clock.nowMs()));
      await trail.close();
    },
    segments: () =>
      new Map(
        readdirSync(path)
          .sort()
          .flatMap((name) => {
            const number = segmentOf(name);
            return number === undefined ? [] : [[number, new Uint8Array(readFileSync(join(path, name)))]];
          }),
      ),
    verify: () => verifyTrail({ folder, key, written: () => undefined, anchor }),
    end: () => rmSync(join(path, '..'), { recursive: true, force: true }),
  };
}

/** Segments that are in no folder. */
export function readerOf(key: TrailKey, segments: ReadonlyMap<number, Uint8Array>): ReaderParts {
  return {
    key,
    written: () => undefined,
    folder: {
      list: async () => [...segments.keys()].sort((a, b) => a - b),
      read: async (segment) => segments.get(segment),
    },
  };
}

/** The n-th call: a Decrypt unless said otherwise. */
export function entryOf(n: number, atMs: number, changes: Partial<AuditEvent> = {}): AuditEntry {
  const event = eventOf({
    userIdentity: { type: 'IAMUser', userName: `user-${n}`, accountId: account, accessKeyId: `AKID${n}` },
    atMs,
    source: 'kms.amazonaws.com',
    name: 'Decrypt',
    region,
    account,
    sourceIPAddress: '192.0.2.1',
    userAgent: 'test',
    requestParameters: { encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
    readOnly: true,
    resources: [{ accountId: account, type: 'AWS::KMS::Key', ARN: keyArn }],
  });
  return { atMs, event: { ...event, ...changes } };
}
