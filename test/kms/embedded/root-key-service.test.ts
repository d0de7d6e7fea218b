import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { rootKeyFromKeyService } from '../../../src/kms/embedded/root-key-service.ts';
import { EmbeddedClient } from '../../support/embedded-client.ts';
import { fixedRootKey, openKms, region, user } from '../../support/embedded-kms.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const core = createFallbackCore();
const clock = new VirtualClock();
const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });

let elsewhere: EmbeddedKms;
let client: EmbeddedClient;
let keyArn: string;
beforeEach(async () => {
  elsewhere = (await openKms()).kms;
  client = new EmbeddedClient(elsewhere);
  keyArn = (await elsewhere.keys.create(user, {})).arn;
});

const rootKey = (keyId = keyArn) => rootKeyFromKeyService({ client, keyId, clock, region });
const openWith = (storage: MemoryRecordStorage) => EmbeddedKms.open({ core, storage, rootKey: rootKey() });

async function made(): Promise<MemoryRecordStorage> {
  const storage = new MemoryRecordStorage();
  const kms = await openWith(storage);
  await kms.keys.create(user, {});
  await kms.close();
  return storage;
}

describe('a store whose root key a key service has sealed', () => {
  test('opens while that opens it, and not once its key is disabled', async () => {
    const storage = await made();
    const again = await openWith(storage);
    expect(again.summaries()).toHaveLength(1);
    expect(again.rootKeyPlace).toBe(`${keyArn} (${client.name})`);
    await again.close();
    await elsewhere.keys.disable(user, keyArn);
    await expect(openWith(storage)).rejects.toMatchObject({
      code: 'RootKeyRefused',
      message: expect.stringContaining('is disabled'),
    });
    await elsewhere.keys.enable(user, keyArn);
    await (await openWith(storage)).close();
  });

  test('opens by any name of its key', async () => {
    await elsewhere.aliases.create(user, 'alias/root', keyArn);
    const storage = await made();
    for (const name of ['alias/root', keyArn.slice(-36), keyArn]) {
      await (await EmbeddedKms.open({ core, storage, rootKey: rootKey(name) })).close();
    }
  });

  test('does not open by the name of another key, though the service would open what is stored', async () => {
    const storage = await made();
    const { arn } = await elsewhere.keys.create(user, {});
    await elsewhere.aliases.create(user, 'alias/other', arn);
    for (const name of [arn, 'alias/other']) {
      const opened = EmbeddedKms.open({ core, storage, rootKey: rootKey(name) });
      await expect(opened).rejects.toEqual(outage('RootKeyWrong'));
    }
  });

  test('is not made where the service makes no key', async () => {
    for (const [fault, code] of [
      [new Outage('KeyServiceUnavailable'), 'KeyServiceUnavailable'],
      [new Refusal('KeyAccessDenied', { message: 'no' }), 'RootKeyRefused'],
    ] as const) {
      client.fault = fault;
      const storage = new MemoryRecordStorage();
      await expect(openWith(storage)).rejects.toEqual(outage(code));
      expect(await storage.load()).toEqual([]);
    }
  });

  test('does not open with a service that is away, lies, or is another one', async () => {
    const storage = await made();
    client.goAway();
    await expect(openWith(storage)).rejects.toEqual(outage('KeyServiceUnavailable'));
    client.fault = undefined;
    client.twistOpened = (opened) => ({ ...opened, plaintext: Buffer.alloc(32, 1) });
    await expect(openWith(storage)).rejects.toEqual(outage('KeyServiceWrong'));
    client = new EmbeddedClient((await openKms()).kms);
    await expect(openWith(storage)).rejects.toEqual(outage('RootKeyRefused'));
  });

  test('does not open with a root key of another kind, nor one of another kind with it', async () => {
    const storage = await made();
    await expect(EmbeddedKms.open({ core, storage, rootKey: fixedRootKey(9) })).rejects.toEqual(
      outage('RootKeyWrong'),
    );
    const file = new MemoryRecordStorage();
    await (await EmbeddedKms.open({ core, storage: file, rootKey: fixedRootKey() })).close();
    await expect(openWith(file)).rejects.toMatchObject({
      code: 'RootKeyWrong',
      message: expect.stringContaining('is in a file'),
    });
  });

  test('with its header changed in any byte is refused before anyone is asked', async () => {
    const storage = await made();
    const body = (await storage.load()).find(({ id }) => id === 'header')?.body ?? new Uint8Array(0);
    client.asked.length = 0;
    for (let at = 0; at < body.length; at++) {
      await storage.commit({
        puts: [{ id: 'header', body: body.with(at, (body[at] ?? 0) ^ 4) }],
        deletes: [],
      });
      await expect(openWith(storage), `byte ${at}`).rejects.toBeInstanceOf(IntegrityFault);
    }
    expect(client.asked).toEqual([]);
  });

  test('gives its key no other use: what is sealed for a table does not pass for it', async () => {
    const { plaintext = Buffer.alloc(0), ...sealed } = elsewhere.use.generateDataKey(user, {
      keyId: keyArn,
      context: new Map([['aws:dynamodb:tableName', 'Books']]),
      bytes: 32,
      withPlaintext: true,
    });
    plaintext.fill(0);
    const recipe = { source: 'key-service', wrapped: sealed.ciphertext } as const;
    await expect(rootKey().open(core, recipe)).rejects.toEqual(outage('RootKeyWrong'));
  });
});
