import { beforeEach, describe, expect, test } from 'vitest';
import { Outage, Refusal } from '../../src/base/errors.ts';
import { keyBytes, type SecretKey } from '../../src/crypto/core.ts';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import { RemoteKeys } from '../../src/kms/remote-keys.ts';
import { type WatchedCore, watchedCore } from '../keys/support.ts';
import { EmbeddedClient } from '../support/embedded-client.ts';
import { openKms, tableService, user } from '../support/embedded-kms.ts';
import { refusalOf } from '../support/refusal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const context = new Map([['aws:dynamodb:tableName', 'Books']]);
const otherContext = new Map([['aws:dynamodb:tableName', 'Films']]);
const none = new Uint8Array(0);

let kms: EmbeddedKms;
let client: EmbeddedClient;
let core: WatchedCore & { readonly imported: SecretKey[] };
let clock: VirtualClock;
let remote: RemoteKeys;
let keyArn: string;
const counted: string[] = [];
const changed: string[] = [];

beforeEach(async () => {
  ({ kms } = await openKms());
  keyArn = (await kms.keys.create(user, {})).arn;
  client = new EmbeddedClient(kms);
  const watched = watchedCore();
  const imported: SecretKey[] = [];
  core = Object.assign(watched, {
    imported,
    importKey: (bytes: Uint8Array) => {
      const key = importKey(bytes);
      imported.push(key);
      return key;
    },
  });
  clock = new VirtualClock();
  counted.length = 0;
  changed.length = 0;
  const count = (operation: string) => void counted.push(operation);
  remote = new RemoteKeys({ core, client, clock, count });
  remote.onKeyChange((arn) => void changed.push(arn));
});
const importKey = watchedCore().importKey;

const outage = (code: string) => expect.objectContaining({ name: 'Outage', code });
const make = () => remote.generateDataKey(tableService, keyArn, context);
const alive = () => core.imported.filter((key) => !key.destroyed).length;

/** All that was given out as bytes is wiped, and no key but these is open. */
function leavesNothing(keysOpen = 0): void {
  for (const bytes of client.givenOut)
    expect(Buffer.from(bytes).equals(Buffer.alloc(bytes.length))).toBe(true);
  expect(alive()).toBe(keysOpen);
}

describe('a data key', () => {
  test('is made, opened once to see that it can be, and opens to the same key later', async () => {
    const made = await make();
    expect(made.keyArn).toBe(keyArn);
    expect(client.asked).toEqual(['GenerateDataKey', 'Decrypt']);
    const opened = await remote.decryptDataKey(tableService, made.ciphertext, context);
    expect(opened).toMatchObject({ keyArn, ciphertext: made.ciphertext });
    const sealed = core.sealBytes(made.key, Buffer.from('x'), none);
    expect(Buffer.from(core.openBytes(opened.key, sealed, none)).toString()).toBe('x');
    expect(counted).toEqual(['GenerateDataKey', 'Decrypt', 'Decrypt']);
    leavesNothing(2);
  });

  test('R-DEP-1: of one table does not open for another', async () => {
    const { key, ciphertext } = await make();
    key.destroy();
    const opened = remote.decryptDataKey(tableService, ciphertext, otherContext);
    await expect(opened).rejects.toMatchObject({ code: 'InvalidCiphertext' });
    leavesNothing();
  });

  test('R-COM-1: with any byte changed never opens', async () => {
    const { key, ciphertext } = await make();
    key.destroy();
    for (let at = 0; at < ciphertext.length; at++) {
      const bytes = ciphertext.with(at, (ciphertext[at] ?? 0) ^ 1);
      const opened = remote.decryptDataKey(tableService, bytes, context);
      await expect(opened, `byte ${at}`).rejects.toBeInstanceOf(Error);
    }
    leavesNothing();
  });

  test('of the embedded service is no ciphertext here', async () => {
    const { ciphertext } = await kms.generateDataKey(tableService, keyArn, context);
    expect(await refusalOf(() => remote.decryptDataKey(tableService, ciphertext, context))).toBe(
      'InvalidCiphertext',
    );
    expect(client.asked).toEqual([]);
  });
});

describe('a service that lies is found', () => {
  const lies: [string, () => void][] = [
    ['another key in its answer', () => (client.twistMade = (made) => ({ ...made, keyArn: `${keyArn}0` }))],
    [
      'a data key of 16 bytes',
      () => (client.twistMade = (made) => ({ ...made, plaintext: made.plaintext.subarray(16) })),
    ],
    [
      'a data key of 33 bytes',
      () => (client.twistMade = (made) => ({ ...made, plaintext: Buffer.alloc(33, 1) })),
    ],
    ['no ciphertext', () => (client.twistMade = (made) => ({ ...made, ciphertext: none }))],
    [
      'too long a ciphertext',
      () => (client.twistMade = (made) => ({ ...made, ciphertext: Buffer.alloc(6145) })),
    ],
    [
      'another data key than the one in its ciphertext',
      () => (client.twistMade = (made) => ({ ...made, plaintext: Buffer.alloc(keyBytes, 1) })),
    ],
    [
      'a ciphertext it does not open',
      () => (client.twistMade = (made) => ({ ...made, ciphertext: Buffer.from('vault') })),
    ],
  ];
  for (const [name, lie] of lies) {
    test(`when it makes a key: ${name}`, async () => {
      lie();
      await expect(make()).rejects.toEqual(outage('KeyServiceWrong'));
      leavesNothing();
    });
  }

  const openings: [string, () => void][] = [
    [
      'the name of another key',
      () => (client.twistOpened = (opened) => ({ ...opened, keyArn: `${keyArn}0` })),
    ],
    [
      'another data key',
      () => (client.twistOpened = (opened) => ({ ...opened, plaintext: Buffer.alloc(keyBytes, 1) })),
    ],
    [
      'one bit changed',
      () =>
        (client.twistOpened = ({ plaintext, ...rest }) => ({
          ...rest,
          plaintext: Uint8Array.from(plaintext).with(31, (plaintext[31] ?? 0) ^ 1),
        })),
    ],
    [
      'half of it',
      () => (client.twistOpened = (opened) => ({ ...opened, plaintext: opened.plaintext.subarray(16) })),
    ],
    ['nothing', () => (client.twistOpened = (opened) => ({ ...opened, plaintext: Buffer.alloc(0) }))],
  ];
  for (const [name, lie] of openings) {
    test(`when it opens one: ${name}`, async () => {
      const { key, ciphertext } = await make();
      key.destroy();
      client.givenOut.length = 0;
      lie();
      const opened = remote.decryptDataKey(tableService, ciphertext, context);
      await expect(opened).rejects.toEqual(outage('KeyServiceWrong'));
      expect(client.givenOut).toHaveLength(1);
      expect(alive()).toBe(0);
      expect(changed).toEqual([]);
    });
  }

  test('when it describes one without a name', async () => {
    client.describeKey = async () => ({ keyId: '', arn: '', state: 'Enabled', manager: 'CUSTOMER' });
    await expect(remote.describeKey(tableService, 'x')).rejects.toEqual(outage('KeyServiceWrong'));
  });
});

describe('an answer that came too late', () => {
  test('is wiped like any other', async () => {
    let answer: () => void = () => {};
    client.delay = () => new Promise((resolve) => (answer = resolve));
    const making = make();
    making.catch(() => {});
    await clock.advanceAndSettle(2000);
    await expect(making).rejects.toEqual(outage('KeyServiceSlow'));
    answer();
    await clock.advanceAndSettle(0);
    expect(client.givenOut).toHaveLength(1);
    expect(core.imported).toHaveLength(1);
    leavesNothing();
  });
});

describe('a key that is refused', () => {
  test('is told of once, until it was of use again', async () => {
    const { ciphertext } = await make();
    const open = () => refusalOf(() => remote.decryptDataKey(tableService, ciphertext, context));
    await kms.keys.disable(user, keyArn);
    expect(await open()).toBe(`KeyDisabled: ${keyArn} is disabled.`);
    expect(await open()).toBe(`KeyDisabled: ${keyArn} is disabled.`);
    expect(changed).toEqual([keyArn]);
    await kms.keys.enable(user, keyArn);
    expect(await open()).toBe('answered');
    await kms.keys.scheduleDeletion(user, keyArn, 7);
    expect(await open()).toBe(`KeyInvalidState: ${keyArn} is pending deletion.`);
    expect(changed).toEqual([keyArn, keyArn]);
  });

  test('is told of for a right that was taken away, since all callers ask with the same', async () => {
    const { ciphertext } = await make();
    client.fault = new Refusal('KeyAccessDenied', { message: 'no' });
    await expect(remote.decryptDataKey(tableService, ciphertext, context)).rejects.toBe(client.fault);
    expect(changed).toEqual([keyArn]);
  });

  test('is not told of after an outage or a damaged ciphertext', async () => {
    const { ciphertext } = await make();
    client.goAway();
    await expect(remote.decryptDataKey(tableService, ciphertext, context)).rejects.toEqual(
      outage('KeyServiceUnavailable'),
    );
    client.fault = new Refusal('IncorrectKey', {});
    await expect(remote.decryptDataKey(tableService, ciphertext, context)).rejects.toMatchObject({
      code: 'InvalidCiphertext',
    });
    expect(changed).toEqual([]);
  });

  test('is told to nobody who stopped listening', async () => {
    const told: string[] = [];
    remote.onKeyChange((arn) => void told.push(arn))();
    await kms.keys.disable(user, keyArn);
    expect(await refusalOf(make)).toContain('KeyDisabled');
    expect(told).toEqual([]);
    expect(changed).toEqual([keyArn]);
  });
});

test('a key is described by any name the service knows, and counted', async () => {
  await kms.aliases.create(user, 'alias/books', keyArn);
  expect(await remote.describeKey(tableService, 'alias/books')).toMatchObject({
    arn: keyArn,
    state: 'Enabled',
  });
  expect(counted).toEqual(['DescribeKey']);
  expect(remote.name).toBe(client.name);
});

test('the patience is the client’s, where it has one of its own', async () => {
  const patient = Object.assign(new EmbeddedClient(kms), { patience: { attemptsMax: 3 } });
  patient.fault = new Outage('KeyServiceThrottled');
  const keys = new RemoteKeys({ core, client: patient, clock, random: () => 0 });
  const asking = keys.describeKey(tableService, keyArn);
  asking.catch(() => {});
  await clock.advanceAndSettle(0);
  await expect(asking).rejects.toEqual(outage('KeyServiceThrottled'));
  expect(patient.asked).toHaveLength(3);
});

test('closed, it closes its client, and whoever waits is told', async () => {
  client.delay = () => new Promise(() => {});
  const making = make();
  making.catch(() => {});
  await clock.advanceAndSettle(0);
  remote.close();
  await expect(making).rejects.toEqual(outage('Closed'));
  expect(client.closes).toBe(1);
  expect(clock.timers).toBe(0);
});
