import { describe, expect, test } from 'vitest';
import type { CallRecorder } from '../../src/audit/call-recorder.ts';
import { RecordedKeyService } from '../../src/audit/recorded-key-service.ts';
import type { ServiceCall } from '../../src/audit/service-call.ts';
import { Outage } from '../../src/base/errors.ts';
import type { DataKey } from '../../src/kms/key-service.ts';
import { errorOf } from '../../src/server/audited-calls.ts';
import { openKms, region, tableService, user } from '../support/embedded-kms.ts';

const context = new Map([
  ['aws:dynamodb:tableName', 'Books'],
  ['aws:dynamodb:subscriberId', user.account],
]);

async function recorded() {
  const { kms } = await openKms();
  const calls: ServiceCall[] = [];
  const state = { isReady: true, isWritable: true };
  const unavailable = () => new Outage('AuditUnavailable');
  const recorder: CallRecorder = {
    ready: () => (state.isReady ? undefined : Promise.reject(unavailable())),
    serviceCall: async (call) => {
      if (!state.isWritable) throw unavailable();
      calls.push(call);
    },
  };
  const given: DataKey[] = [];
  const spied = new Proxy(kms, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'decryptDataKey') return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: Parameters<typeof kms.decryptDataKey>) => {
        const answer = await target.decryptDataKey(...args);
        given.push(answer);
        return answer;
      };
    },
  });
  const service = new RecordedKeyService({
    service: spied,
    recorder,
    finder: kms.finder,
    isOwned: (arn) => kms.finder.isOwned(arn),
    errorOf: (fault) => errorOf(fault, 'kms'),
  });
  const { arn } = await kms.keys.create(user, {});
  return { kms, service, calls, state, arn, given };
}

describe('every call has its record', () => {
  test('with the key, the context and what was asked', async () => {
    const { service, calls, arn } = await recorded();
    await service.describeKey(tableService, arn);
    const made = await service.generateDataKey(tableService, arn, context);
    const opened = await service.decryptDataKey(tableService, made.ciphertext, context, {
      byCallerAlone: true,
    });
    for (const { key } of [made, opened]) key.destroy();
    const encryptionContext = Object.fromEntries(context);
    expect(calls).toEqual([
      { operation: 'DescribeKey', caller: tableService, keyArn: arn, requestParameters: { keyId: arn } },
      {
        ...{ operation: 'GenerateDataKey', caller: tableService, keyArn: arn, context },
        requestParameters: { encryptionContext, keySpec: 'AES_256', keyId: arn },
      },
      {
        ...{ operation: 'Decrypt', caller: tableService, keyArn: arn, context },
        requestParameters: { encryptionContext, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
      },
    ]);
  });

  test('and so has every refusal, with the key it is about', async () => {
    const { kms, service, calls, arn } = await recorded();
    const { key, ciphertext } = await service.generateDataKey(tableService, arn, context);
    key.destroy();
    await kms.keys.disable(user, arn);
    const decrypted = service.decryptDataKey(tableService, ciphertext, context, { byCallerAlone: true });
    await expect(decrypted).rejects.toMatchObject({ code: 'KeyDisabled' });
    expect(calls.at(-1)).toMatchObject({
      operation: 'Decrypt',
      keyArn: arn,
      error: { code: 'DisabledException', message: `${arn} is disabled.` },
    });
  });

  test('but uses of the service’s own keys have none', async () => {
    const { service, calls } = await recorded();
    const owned = await service.ownedKey(region);
    await service.describeKey(tableService, owned);
    const { key, ciphertext } = await service.generateDataKey(tableService, owned, context);
    const opened = await service.decryptDataKey(tableService, ciphertext, context);
    for (const made of [key, opened.key]) made.destroy();
    expect(calls).toEqual([]);
  });
});

describe('where records cannot be written', () => {
  test('nothing is asked any more (R-AUD-1)', async () => {
    const { service, state, arn, given } = await recorded();
    const { key, ciphertext } = await service.generateDataKey(tableService, arn, context);
    key.destroy();
    state.isReady = false;
    await expect(service.decryptDataKey(tableService, ciphertext, context)).rejects.toMatchObject({
      code: 'AuditUnavailable',
    });
    expect(given).toEqual([]);
  });

  test('a key that was opened is wiped, and given to nobody', async () => {
    const { service, state, arn, given } = await recorded();
    const { key, ciphertext } = await service.generateDataKey(tableService, arn, context);
    key.destroy();
    state.isWritable = false;
    const decrypted = service.decryptDataKey(tableService, ciphertext, context, { byCallerAlone: true });
    await expect(decrypted).rejects.toMatchObject({ code: 'AuditUnavailable' });
    expect(given.map(({ key: opened }) => opened.destroyed)).toEqual([true]);
  });
});

test('changes of keys are told as before', async () => {
  const { kms, service, arn } = await recorded();
  const told: string[] = [];
  const stop = service.onKeyChange((changed) => told.push(changed));
  await kms.keys.disable(user, arn);
  stop();
  await kms.keys.enable(user, arn);
  expect(told).toEqual([arn]);
});
