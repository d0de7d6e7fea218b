import { expect, test } from 'vitest';
import {
  connectCustomKeyStore,
  deleteCustomKeyStore,
  disconnectCustomKeyStore,
  updateCustomKeyStore,
} from '../../../src/api/kms/custom-key-store.ts';
import { invalid, openKmsApi, refused } from '../../support/kms-api.ts';

for (const operation of [
  connectCustomKeyStore,
  deleteCustomKeyStore,
  disconnectCustomKeyStore,
  updateCustomKeyStore,
]) {
  test(`${operation.name} does not find the store, whatever its id, and counts the call`, async () => {
    const { kms, refusal } = await openKmsApi();
    expect(await refusal(operation, { CustomKeyStoreId: 'cks-1234567890abcdef0' })).toEqual(
      refused('CustomKeyStoreNotFoundException'),
    );
    expect(kms.meter.totals()).toMatchObject({ [operation.name]: 1 });
    expect(await refusal(operation, { CustomKeyStoreId: '' })).toEqual(
      invalid(
        "Value '' at 'customKeyStoreId' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ),
    );
  });
}
