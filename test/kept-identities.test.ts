import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Outage } from '../src/base/errors.ts';
import { type Log, silentLog } from '../src/base/log.ts';
import { createFallbackCore } from '../src/crypto/fallback-core.ts';
import { KeptIdentities } from '../src/kept-identities.ts';
import { MemoryRecordStorage } from '../src/kms/embedded/record-storage.ts';
import { SealedRecords } from '../src/kms/embedded/sealed-records.ts';
import { fixedRootKey, type KmsForTest, openKms } from './support/embedded-kms.ts';

type Change = Parameters<KeptIdentities['commit']>[0];
const put = (id: string): Change => ({ puts: [{ id, text: `{"id":"${id}"}` }], deletes: [] });
const drop = (id: string): Change => ({ puts: [], deletes: [id] });

/** Fails while it is told to. */
class FaultyStorage extends MemoryRecordStorage {
  isFailing = false;

  override async commit(change: Parameters<MemoryRecordStorage['commit']>[0]): Promise<void> {
    if (this.isFailing) throw new Outage('StoreUnavailable');
    await super.commit(change);
  }
}

describe('identities that are kept', () => {
  let place: string;
  let site: KmsForTest;
  let kms: KmsForTest['kms'];
  let faulty: FaultyStorage;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, sentence) => void warnings.push(sentence) };
  beforeEach(async () => {
    place = mkdtempSync(join(tmpdir(), 'cryptable-kept-'));
    faulty = new FaultyStorage();
    site = await openKms({ storage: faulty });
    kms = site.kms;
    warnings.length = 0;
  });
  afterEach(async () => {
    await kms.close();
    rmSync(place, { recursive: true, force: true });
  });

  const folder = () => join(place, 'kms');
  const open = (acceptRollback = false) =>
    KeptIdentities.open({ kms, folder: folder(), log, acceptRollback });
  /** Opens, makes each change, and closes. */
  async function kept(...changes: readonly Change[]): Promise<void> {
    const { records } = await open();
    for (const change of changes) await records.commit(change);
    await records.close();
  }
  const idsOf = async (acceptRollback = false) => {
    const { records, contents } = await open(acceptRollback);
    await records.close();
    return contents.map(({ id }) => id).sort();
  };
  const copyTo = (name: string) =>
    cpSync(join(folder(), 'identities'), join(place, name), { recursive: true });
  function putBack(name: string): void {
    rmSync(join(folder(), 'identities'), { recursive: true, force: true });
    cpSync(join(place, name), join(folder(), 'identities'), { recursive: true });
  }

  test('are there again as they were left, also after the key service began anew', async () => {
    expect(await idsOf()).toEqual([]);
    await kept(put('a'), put('b'), drop('a'));
    expect(await idsOf()).toEqual(['b']);
    kms = await site.reopen();
    expect(await idsOf()).toEqual(['b']);
    expect(warnings).toEqual([]);
  });

  test('are refused as an older state, in which a key that was deleted is there again (R-INT-4)', async () => {
    await kept(put('key'), put('other'));
    copyTo('older');
    await kept(drop('key'));
    putBack('older');
    const refused = 'Expected change 3 or a later one of the identities, found 2.';
    await expect(open()).rejects.toMatchObject({
      code: 'StoreRolledBack',
      message: expect.stringMatching(refused),
    });
    // Refused for good, not once: also by a key service that was opened again.
    kms = await site.reopen();
    await expect(open()).rejects.toMatchObject({ code: 'StoreRolledBack' });
  });

  test('are refused as a copy that went its own way', async () => {
    await kept(put('a'));
    copyTo('fork');
    await kept(put('b'));
    const newest = kms.milestones.of('identities') ?? '';
    putBack('fork');
    const { records } = await open(true);
    await records.commit(put('c'));
    await records.close();
    // As it is where the copy went on beside a copy of the keys, and only it came back.
    await kms.milestones.put({ name: 'identities', text: newest });
    await expect(open()).rejects.toThrow('found another change 2: they are a copy that went its own way.');
  });

  test('are missed where they were taken away', async () => {
    await kept(put('a'));
    rmSync(join(folder(), 'identities'), { recursive: true });
    await expect(open()).rejects.toThrow('Expected change 1 or a later one of the identities, found none.');
    expect(await idsOf(true)).toEqual([]);
    // From then on there are none, and new ones begin.
    expect(await idsOf()).toEqual([]);
    await kept(put('b'));
    expect(await idsOf()).toEqual(['b']);
  });

  test('are taken as they are where that is demanded, and said so once', async () => {
    await kept(put('key'));
    copyTo('older');
    await kept(drop('key'));
    putBack('older');
    expect(await idsOf(true)).toEqual(['key']);
    expect(warnings).toEqual(['Identities that were put back are taken as they are, as demanded.']);
    expect(await idsOf()).toEqual(['key']);
    expect(warnings).toHaveLength(1);
    // The one that was the newest before has been left behind.
    await kept(put('later'));
    putBack('older');
    await expect(open()).rejects.toMatchObject({ code: 'StoreRolledBack' });
  });

  test('of an older version, which no key service knows of yet, are taken and known from then on', async () => {
    await kept(put('a'));
    await kms.close();
    // As if nothing had ever been said of them.
    const options = { core: createFallbackCore(), storage: faulty, rootKey: fixedRootKey(), create: false };
    const { records, contents } = await SealedRecords.open(options);
    const deletes = contents.filter(({ kind }) => kind === 'milestone').map(({ id }) => id);
    expect(deletes).toHaveLength(1);
    await records.commit({ puts: [], deletes });
    records.destroy();
    kms = await site.reopen();
    expect(kms.milestones.of('identities')).toBeUndefined();
    expect(await idsOf()).toEqual(['a']);
    expect(JSON.parse(kms.milestones.of('identities') ?? '').commits).toBe(1);
  });

  test('go on where the key service cannot be told, and are told of at the end', async () => {
    const { records } = await open();
    await records.commit(put('a'));
    faulty.isFailing = true;
    await records.commit(put('b'));
    expect(warnings).toEqual(['The key service does not know of a change of identities yet.']);
    expect(JSON.parse(kms.milestones.of('identities') ?? '').commits).toBe(1);
    faulty.isFailing = false;
    await records.close();
    expect(JSON.parse(kms.milestones.of('identities') ?? '').commits).toBe(2);
  });

  test('that were changed right before a crash are newer than the key service knows, and are no older state', async () => {
    const { records } = await open();
    await records.commit(put('a'));
    faulty.isFailing = true;
    await records.commit(put('b'));
    await expect(records.close()).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
    faulty.isFailing = false;
    expect(await idsOf()).toEqual(['a', 'b']);
    expect(JSON.parse(kms.milestones.of('identities') ?? '').commits).toBe(2);
  });
});
