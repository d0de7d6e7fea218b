import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../src/base/log.ts';
import { Closing } from '../src/closing.ts';
import { createFallbackCore } from '../src/crypto/fallback-core.ts';
import { openKeyService } from '../src/open-key-service.ts';
import { account, userNamed } from './support/identities.ts';
import { VirtualClock } from './support/virtual-clock.ts';

describe('the key service of a store', () => {
  let folder: string;
  let closing: Closing;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cryptable-key-service-'));
    closing = new Closing();
  });
  afterEach(async () => {
    await closing.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open({ create = true, iam = undefined as string | undefined, acceptRollback = false } = {}) {
    await closing.close();
    closing = new Closing();
    const dir = join(folder, 'data');
    const places = { rootKey: { file: join(folder, 'keys', 'root.key') }, keyDirectory: join(folder, 'kms') };
    const core = createFallbackCore();
    const parts = { core, clock: new VirtualClock(), log: silentLog };
    return openKeyService({ dir, places, create, iam, acceptRollback, ...parts }, closing);
  }

  const naming = (name: string) => {
    const root = { Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' };
    const more = { ...root, Principal: { AWS: `arn:aws:iam::${account}:user/${name}` } };
    return JSON.stringify({ Version: '2012-10-17', Statement: [root, more] });
  };
  const caller = { arn: `arn:aws:iam::${account}:root`, account, region: 'us-east-1' };

  test('takes policies for those who are here, as they come and go (E7)', async () => {
    const { kms, identities } = await open();
    const create = (name: string) => kms.keys.create(caller, { policy: naming(name) });
    await create('nobody');
    const { directory } = identities;
    await directory.change(() => ({ puts: [userNamed('ada')], answer: 0 }));
    await create('ada');
    const refusal = { code: 'MalformedPolicy' };
    await expect(create('nobody')).rejects.toMatchObject(refusal);
    await directory.change(() => ({ puts: [userNamed('bob')], deletes: [userNamed('ada')], answer: 0 }));
    await expect(create('ada')).rejects.toMatchObject(refusal);
  });

  test('counts those of the file among them, and reads it before anything is made', async () => {
    const iam = join(folder, 'iam.json');
    await expect(open({ iam })).rejects.toMatchObject({ code: 'IdentitiesUnreadable' });
    expect([existsSync(join(folder, 'kms')), existsSync(join(folder, 'keys'))]).toEqual([false, false]);
    writeFileSync(iam, JSON.stringify({ accounts: { [account]: { users: { ada: {} } } } }), { mode: 0o600 });
    const { kms } = await open({ iam });
    await kms.keys.create(caller, { policy: naming('ada') });
    await expect(kms.keys.create(caller, { policy: naming('bob') })).rejects.toMatchObject({
      code: 'MalformedPolicy',
    });
  });

  test('is not made beside pages that are there', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'store.sqlite'), '');
    await expect(open()).rejects.toMatchObject({ code: 'StoreMissing' });
    expect(existsSync(join(folder, 'keys'))).toBe(false);
  });

  test('refuses identities that were put back, unless told to take them (R-INT-4)', async () => {
    const kept = join(folder, 'kms', 'identities');
    const { identities } = await open();
    await identities.directory.change(() => ({ puts: [userNamed('ada')], answer: 0 }));
    await closing.close();
    cpSync(kept, join(folder, 'older'), { recursive: true });
    const { directory } = (await open()).identities;
    await directory.change(() => ({ deletes: [userNamed('ada')], answer: 0 }));
    await closing.close();
    rmSync(kept, { recursive: true });
    cpSync(join(folder, 'older'), kept, { recursive: true });
    await expect(open()).rejects.toMatchObject({ code: 'StoreRolledBack' });
    const taken = await open({ acceptRollback: true });
    expect(taken.identities.directory.user(account, 'ada')?.name).toBe('ada');
    await open();
  });
});
