import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Closing } from '../src/closing.ts';
import { createFallbackCore } from '../src/crypto/fallback-core.ts';
import type { Entity } from '../src/iam/entity.ts';
import { identityServices, openIdentities } from '../src/identities.ts';
import { EmbeddedKms } from '../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../src/kms/embedded/record-storage.ts';
import { rootKeyFromPassphrase } from '../src/kms/embedded/root-key-passphrase.ts';
import { account, userNamed } from './support/identities.ts';
import { VirtualClock } from './support/virtual-clock.ts';

const secret = 'aSecretThatMustNotLieOnTheDisk0123456789';
const clock = new VirtualClock(Date.UTC(2026, 0, 1));

describe('identities of a store', () => {
  let folder: string;
  let kms: EmbeddedKms;
  let closing: Closing;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cryptable-identities-'));
    closing = new Closing();
    kms = await EmbeddedKms.open({
      core: createFallbackCore(),
      storage: new MemoryRecordStorage(),
      rootKey: rootKeyFromPassphrase('a passphrase of the tests'),
      clock,
    });
  });
  afterEach(async () => {
    await closing.close();
    await kms.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function reopened(declared?: readonly Entity[]) {
    await closing.close();
    closing = new Closing();
    return openIdentities({ kms, clock, folder, declared }, closing);
  }

  test('take no file until there is one to keep', async () => {
    const { directory, areDeclared } = await reopened();
    expect([readdirSync(folder), directory.hasCallers, areDeclared]).toEqual([[], false, false]);
    await directory.change(() => ({ puts: [userNamed('ada')], answer: 0 }));
    expect(existsSync(join(folder, 'identities', 'identities.sqlite'))).toBe(true);
  });

  test('are there again, and neither names nor secrets lie on the disk in clear', async () => {
    const key = { kind: 'access-key', id: 'AKIAADA', secret, account, user: 'adalovelace' } as const;
    const ada = { ...key, active: true, createdMs: 0 };
    const puts = [userNamed('adalovelace'), ada];
    await (await reopened()).directory.change(() => ({ puts, answer: 0 }));
    const { directory } = await reopened();
    expect(directory.accessKey('AKIAADA')?.secret).toBe(secret);
    await directory.change(() => ({ deletes: [ada], answer: 0 }));
    await closing.close();
    const bytes = readdirSync(join(folder, 'identities'))
      .map((file) => readFileSync(join(folder, 'identities', file)).toString('latin1'))
      .join('');
    for (const needle of [secret, 'adalovelace', 'AKIAADA']) expect(bytes).not.toContain(needle);
    const again = await reopened();
    expect(again.directory.accessKey('AKIAADA')).toBeUndefined();
    expect(again.directory.user(account, 'AdaLovelace')?.name).toBe('adalovelace');
  });

  test('a token of one opening is good in the next', async () => {
    const session = { accessKeyId: 'ASIAX', secret, account, issuedMs: 0, expiresMs: 1 };
    const token = (await reopened()).sessions.seal(session);
    expect((await reopened()).sessions.open(token)).toEqual(session);
  });

  test('a changed file of theirs is no file of theirs', async () => {
    const { directory } = await reopened();
    await directory.change(() => ({ puts: [userNamed('ada')], answer: 0 }));
    await closing.close();
    const path = join(folder, 'identities', 'identities.sqlite');
    const bytes = readFileSync(path);
    const at = bytes.length - 200;
    const changed = bytes.map((byte, index) => (index >= at ? byte ^ 1 : byte));
    // The records end the file's last page.
    writeFileSync(path, changed);
    await expect(reopened()).rejects.toThrow();
  });

  test('a file declares them beside those that are kept', async () => {
    await (await reopened()).directory.change(() => ({ puts: [userNamed('kept')], answer: 0 }));
    const { directory, areDeclared } = await reopened([userNamed('declared')]);
    expect(directory.users(account).map(({ name }) => name)).toEqual(['kept', 'declared']);
    expect(areDeclared).toBe(true);
    // A file that declares nobody is one even so.
    expect((await reopened([])).areDeclared).toBe(true);
  });

  test('are served as IAM and STS', async () => {
    const services = identityServices(await reopened(), clock);
    expect(services.map(({ version }) => version)).toEqual(['2010-05-08', '2011-06-15']);
    expect(services.every(({ runs }) => runs.size > 0)).toBe(true);
  });
});
