import { beforeEach, describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { SecretKey } from '../../src/crypto/core.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import type { DataKey, KeyChange, KeyService } from '../../src/kms/key-service.ts';
import { relayedKeyService, sealDataKey } from '../../src/kms/relayed.ts';
import { openKms, tableService, user } from '../support/embedded-kms.ts';

const context = new Map([['aws:dynamodb:tableName', 'table']]);
const core = createFallbackCore();
/** Nothing here is a table's, for which there would be a grant. */
const alone = { byCallerAlone: true };
/** Two processes that know one secret. */
const wayKey = (byte = 1) => ({ core, key: core.importKey(new Uint8Array(32).fill(byte)) });
const opensWith = (one: SecretKey, other: SecretKey) =>
  core.openBytes(one, core.sealBytes(other, Uint8Array.of(1), Uint8Array.of()), Uint8Array.of());

let kms: EmbeddedKms;
let made: DataKey;
let opened: DataKey[];

beforeEach(async () => {
  kms = (await openKms({ core })).kms;
  const { arn } = await kms.keys.create(user, {});
  made = await kms.generateDataKey(tableService, arn, context);
  opened = [];
});

/** The service as the other process sees it. */
function relayed(ours = wayKey(), theirs = wayKey()): KeyService {
  return relayedKeyService(theirs, {
    async decrypt(...asked) {
      const key = await kms.decryptDataKey(...asked);
      opened.push(key);
      return sealDataKey(ours, key);
    },
    onKeyChange: (listener) => kms.onKeyChange(listener),
  });
}

describe('a data key on its way to another process', () => {
  test('is the key that the service opened, and is left open nowhere else', async () => {
    const { key, keyArn } = await relayed().decryptDataKey(tableService, made.ciphertext, context, alone);
    expect(keyArn).toBe(made.keyArn);
    expect([...opensWith(key, made.key)]).toEqual([1]);
    expect(opened.map(({ key: left }) => left.destroyed)).toEqual([true]);
  });

  test('does not open for one who does not know the secret of the way', async () => {
    const asking = relayed(wayKey(1), wayKey(2)).decryptDataKey(
      tableService,
      made.ciphertext,
      context,
      alone,
    );
    await expect(asking).rejects.toThrow(IntegrityFault);
  });

  test('is sealed: its bytes are not among those that are sent', async () => {
    const secret = new Uint8Array(32).fill(0x5a);
    const { sealed } = sealDataKey(wayKey(), { ...made, key: core.importKey(secret.slice()) });
    expect(Buffer.from(sealed).includes(Buffer.from(secret.subarray(0, 4)))).toBe(false);
  });

  test('is asked for with all that the asker said', async () => {
    const asking = relayed().decryptDataKey(tableService, made.ciphertext, context, { byCallerAlone: false });
    await expect(asking).rejects.toMatchObject({ code: 'KeyAccessDenied' });
  });

  test('is refused as the service refuses it', async () => {
    const other = new Map([['aws:dynamodb:tableName', 'another']]);
    const asking = relayed().decryptDataKey(tableService, made.ciphertext, other, alone);
    await expect(asking).rejects.toMatchObject({ code: 'InvalidCiphertext' });
  });
});

test('changes of keys are told as they are', async () => {
  const told: (readonly [string, KeyChange | undefined])[] = [];
  const stop = relayed().onKeyChange((arn, change) => told.push([arn, change]));
  await kms.keys.disable(user, made.keyArn);
  expect(told.map(([arn]) => arn)).toEqual([made.keyArn]);
  stop();
  await kms.keys.enable(user, made.keyArn);
  expect(told).toHaveLength(1);
});

for (const call of ['describeKey', 'generateDataKey', 'ownedKey'] as const) {
  test(`${call} is refused: who only reads makes no keys`, async () => {
    const asking = call === 'ownedKey' ? relayed().ownedKey('any') : relayed()[call](user, 'key', context);
    await expect(asking).rejects.toMatchObject({ name: 'Outage', code: 'KeyServiceUnavailable' });
  });
}
