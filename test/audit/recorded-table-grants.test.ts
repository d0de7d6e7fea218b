import { expect, test } from 'vitest';
import { RecordedTableGrants } from '../../src/audit/recorded-table-grants.ts';
import type { ServiceCall } from '../../src/audit/service-call.ts';
import { Refusal } from '../../src/base/errors.ts';
import type { TableGrants } from '../../src/kms/key-service.ts';
import { tableService } from '../support/embedded-kms.ts';
import { keyArn } from './support.ts';

const context = new Map([['aws:dynamodb:tableName', 'Books']]);
const wanted = { keyArn, name: 'table-id', context, holder: 'store' };

function recorded(made: () => Promise<string | undefined>) {
  const calls: ServiceCall[] = [];
  const grants: TableGrants = {
    create: made,
    adopt: made,
    retire: async () => {},
    heldBy: () => [{ keyArn, grantId: 'g', name: 'n', account: tableService.account }],
  };
  const recorder = {
    ready: () => undefined,
    serviceCall: async (call: ServiceCall) => void calls.push(call),
  };
  const errorOf = (fault: unknown) => ({ code: 'AccessDeniedException', message: String(fault) });
  return { grants: new RecordedTableGrants(grants, { recorder, errorOf }), calls };
}

/** aws-behaviour §2.4 and §2.6. */
test('a grant is recorded with its terms and its id', async () => {
  const { grants, calls } = recorded(async () => 'g');
  expect(await grants.create(tableService, wanted)).toBe('g');
  expect(await grants.adopt(tableService, wanted)).toBe('g');
  const expected = {
    operation: 'CreateGrant',
    keyArn,
    requestParameters: {
      keyId: keyArn,
      granteePrincipal: 'dynamodb.us-east-1.amazonaws.com',
      retiringPrincipal: 'dynamodb.us-east-1.amazonaws.com',
      operations: expect.arrayContaining(['Decrypt', 'GenerateDataKey', 'RetireGrant']),
      constraints: { encryptionContextSubset: { 'aws:dynamodb:tableName': 'Books' } },
    },
    responseElements: { grantId: 'g', keyId: keyArn },
  };
  expect(calls).toMatchObject([expected, expected]);
});

test('a grant that was refused is recorded as that; keys that need none leave no record', async () => {
  const refused = recorded(() => Promise.reject(new Refusal('KeyAccessDenied', { message: 'no' })));
  await expect(refused.grants.create(tableService, wanted)).rejects.toMatchObject({
    code: 'KeyAccessDenied',
  });
  expect(refused.calls).toMatchObject([
    { operation: 'CreateGrant', error: { code: 'AccessDeniedException' } },
  ]);
  const needless = recorded(async () => undefined);
  expect(await needless.grants.create(tableService, wanted)).toBeUndefined();
  expect(needless.calls).toEqual([]);
});

test('a grant that is given back is named beside the request', async () => {
  const { grants, calls } = recorded(async () => 'g');
  const [held] = grants.heldBy('store');
  if (held === undefined) throw new Error('there is one');
  await grants.retire(tableService, held);
  expect(calls).toEqual([
    {
      ...{ operation: 'RetireGrant', caller: tableService, keyArn, requestParameters: null },
      additionalEventData: { grantId: 'g' },
    },
  ]);
});
