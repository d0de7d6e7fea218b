import { expect, test } from 'vitest';
import { listKeyPolicies } from '../../../src/api/kms/list-key-policies.ts';
import { user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: listKeyPolicies, inputOf: (KeyId: string) => ({ KeyId }) };

test('ListKeyPolicies answers the one name', async () => {
  const { kms, call } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  const answer = { PolicyNames: ['default'], Truncated: false };
  for (const Limit of [undefined, 1, 1000]) {
    expect(await call(listKeyPolicies, { KeyId: keyId, Limit })).toEqual(answer);
  }
});

test('ListKeyPolicies refuses a marker, since it never gives one', async () => {
  const { kms, refusal } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  expect(await refusal(listKeyPolicies, { KeyId: keyId, Marker: 'made up' })).toEqual(
    refused('InvalidMarkerException'),
  );
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
