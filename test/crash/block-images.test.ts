/** A disk recorded block by block: whatever a crash at any point may leave of it opens, with nothing lost. */
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generator } from '../pages/support.ts';
import { BlockRecording, type CrashPoint, survivals } from '../support/block-recording.ts';
import { createTableInput, loadItems, readItems } from '../support/item-load.ts';
import { Ledger } from '../support/ledger.ts';
import { compileC, hasLibrary, isSkipped, PrivateMounts } from '../support/linux-tools.ts';
import { startStoreProcess } from '../support/store-process.ts';

/** CI asks for 300. */
const images = Number(process.env.CRYPTABLE_CRASH_IMAGES ?? 12);
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const diskBytes = 64 * 2 ** 20;
const acknowledgedMax = 600;
const table = 'load';
const tools = [
  'unshare',
  'nsenter',
  'mkfs.ext4',
  'gcc',
  'pkg-config',
  ...(hasLibrary('fuse3') ? [] : ['libfuse3-dev']),
];

describe.skipIf(isSkipped('crash images', tools))('a disk that was recorded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-blocks-'));
  const at = (name: string) => join(folder, name);
  const rootKey = at('root.key');
  const random = generator(seed);
  const ledger = new Ledger(() => statSync(at('log'), { throwIfNoEntry: false })?.size ?? 0);
  let mounts: PrivateMounts;
  let recording: BlockRecording;
  beforeAll(async () => {
    mounts = await PrivateMounts.open();
    await recordLoad();
    recording = new BlockRecording(at('log'));
  }, 120_000);
  afterAll(async () => {
    await mounts.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs a load on a file system on the recorded disk, to the moment the power goes. */
  async function recordLoad(): Promise<void> {
    const recorder = compileC('block-recorder.c', folder, ['fuse3']);
    mounts.run('truncate', '-s', String(diskBytes), at('base.img'));
    // Without checksums of its own: ext4 counts on a superblock that is never torn, and would not mount.
    mounts.run('mkfs.ext4', '-q', '-F', '-O', '^metadata_csum', at('base.img'));
    copyFileSync(at('base.img'), at('recorded.img'));
    mkdirSync(at('fuse'));
    const recorded = mounts.start(recorder, at('fuse'), at('recorded.img'), at('log'));
    await untilThere(join(at('fuse'), 'disk'));
    mounts.mount('-o loop', join(at('fuse'), 'disk'), at('disk'));
    const store = startStoreProcess(mounts);
    await store.open(join(at('disk'), 'data'), rootKey);
    const make = () => store.call('CreateTable', createTableInput(table));
    await ledger.write('table', 'there', make);
    const isOver = () => ledger.acknowledged >= acknowledgedMax;
    await loadItems({ call: store.call, ledger, table, seed, isOver });
    await store.kill();
    mounts.unmount(at('disk'));
    mounts.unmount(at('fuse'));
    await once(recorded, 'close');
  }

  async function untilThere(path: string): Promise<void> {
    for (;;) {
      try {
        mounts.run('stat', path);
        return;
      } catch {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  /** Points with something unflushed, all over the recording since there is a table. */
  function chosenPoints(): readonly CrashPoint[] {
    const first = ledger.firstAcknowledgedAt;
    const open = recording.points.filter(
      ({ logBytes, writes, flushed }) => logBytes >= first && writes > flushed,
    );
    return Array.from({ length: images }, () => open[Math.floor(random() * open.length)] as CrashPoint);
  }

  /** What a new process finds on the disk. */
  async function foundOn(image: string) {
    mounts.mount('-o loop', image, at('crashed'));
    const store = startStoreProcess(mounts);
    try {
      await store.open(join(at('crashed'), 'data'), rootKey);
      const { TableNames } = await store.call('ListTables', {});
      const items = TableNames.includes(table) ? await readItems(store.call, table) : new Map();
      const { faults, skipped } = await store.verify();
      const tables = TableNames.map((name: string) => ['table', name === table ? 'there' : name] as const);
      return { found: new Map<string, string>([...tables, ...items]), faults, skipped };
    } finally {
      await store.kill();
      mounts.unmount(at('crashed'));
    }
  }

  /** What is wrong with what a crash left: nothing, one must hope. */
  async function wrongAfter(point: CrashPoint, survival: (typeof survivals)[number]) {
    const files = { base: at('base.img'), image: at('crash.img'), bytes: diskBytes, random };
    recording.crash(point, survival, files);
    const { found, faults, skipped } = await foundOn(files.image);
    return { contradictions: ledger.contradictions(found, point.logBytes), faults, skipped };
  }

  test(
    `opens from each of ${images} crash images: nothing acknowledged is lost, every page is sound`,
    async () => {
      for (const [index, point] of chosenPoints().entries()) {
        const survival = survivals[index % survivals.length] ?? 'none';
        const when = `seed ${seed}: ${survival} after ${point.writes} writes, ${point.flushed} flushed`;
        const sound = { contradictions: [], faults: [], skipped: [] };
        expect(await wrongAfter(point, survival), when).toEqual(sound);
      }
    },
    60_000 + images * 5_000,
  );

  test('that forgot what it was told to flush is found out: acknowledged writes are lost', async () => {
    const last = recording.points.at(-1) as CrashPoint;
    const early = recording.points.find(
      ({ logBytes }) => logBytes >= ledger.firstAcknowledgedAt,
    ) as CrashPoint;
    const { contradictions } = await wrongAfter({ ...last, flushed: early.flushed }, 'none');
    expect(contradictions.length).toBeGreaterThan(0);
  });
});
