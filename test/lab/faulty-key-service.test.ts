import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmbeddedKms } from '../../src/kms/embedded/embedded-kms.ts';
import { FaultyKeyService } from '../../src/lab/faulty-key-service.ts';
import { KeyFaults } from '../../src/lab/key-faults.ts';
import { tableService as caller, openKms } from '../support/embedded-kms.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const context = new Map([['table', 'Books']]);

let kms: EmbeddedKms;
let faults: KeyFaults;
let faulty: FaultyKeyService;

beforeEach(async () => {
  ({ kms } = await openKms());
  faults = new KeyFaults(new VirtualClock(), 1);
  faulty = new FaultyKeyService(kms, faults);
});

afterEach(() => kms.close());

test('passes on what it is asked, and what is answered', async () => {
  const keyArn = await faulty.ownedKey('us-east-1');
  expect((await faulty.describeKey(caller, keyArn)).arn).toBe(keyArn);
  const made = await faulty.generateDataKey(caller, keyArn, context);
  const opened = await faulty.decryptDataKey(caller, made.ciphertext, context);
  expect([made.keyArn, opened.keyArn]).toEqual([keyArn, keyArn]);
  for (const { key } of [made, opened]) key.destroy();
  expect(faulty.tableGrants).toBe(kms.tableGrants);
  const told: string[] = [];
  faulty.onKeyChange((arn) => told.push(arn))();
});

for (const operation of ['DescribeKey', 'GenerateDataKey', 'Decrypt'] as const) {
  test(`${operation} fails where the fault is for it, and only there`, async () => {
    const keyArn = await faulty.ownedKey('us-east-1');
    const made = await faulty.generateDataKey(caller, keyArn, context);
    const calls = {
      DescribeKey: () => faulty.describeKey(caller, keyArn),
      GenerateDataKey: () => faulty.generateDataKey(caller, keyArn, context),
      Decrypt: () => faulty.decryptDataKey(caller, made.ciphertext, context),
    };
    faults.fail('outage', { operations: [operation] });
    for (const [name, call] of Object.entries(calls)) {
      if (name === operation) await expect(call()).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
      else await call();
    }
    made.key.destroy();
  });
}

test('the service is not refused its own key, but may meet silence', async () => {
  const keyArn = await faulty.ownedKey('us-east-1');
  const made = await faulty.generateDataKey(caller, keyArn, context);
  made.key.destroy();
  const fault = faults.fail('deny');
  const opened = await faulty.decryptDataKey(caller, made.ciphertext, context);
  expect(opened.keyArn).toBe(keyArn);
  opened.key.destroy();
  fault.end();
  faults.fail('outage');
  await expect(faulty.decryptDataKey(caller, made.ciphertext, context)).rejects.toMatchObject({
    code: 'KeyServiceUnavailable',
  });
});
