import { describe, expect, test } from 'vitest';
import { decrypt } from '../../../src/api/kms/decrypt.ts';
import { describeKey } from '../../../src/api/kms/describe-key.ts';
import { encrypt } from '../../../src/api/kms/encrypt.ts';
import { rotateKeyOnDemand } from '../../../src/api/kms/rotate-key-on-demand.ts';
import { user } from '../../support/embedded-kms.ts';
import {
  keepsStates,
  keyIn,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
} from '../../support/kms-api.ts';

const underTest = { operation: rotateKeyOnDemand, inputOf: (KeyId: string) => ({ KeyId }) };

describe('RotateKeyOnDemand', () => {
  test('answers the key id, and from then on another material encrypts', async () => {
    const { kms, call } = await openKmsApi();
    const { arn, keyId } = await kms.keys.create(user, {});
    const current = async () => {
      const { KeyMetadata } = await call(describeKey, { KeyId: arn });
      return (KeyMetadata as { CurrentKeyMaterialId: string }).CurrentKeyMaterialId;
    };
    const [first, { CiphertextBlob }] = [
      await current(),
      await call(encrypt, { KeyId: arn, Plaintext: Buffer.from('x') }),
    ];
    expect(await call(rotateKeyOnDemand, { KeyId: arn })).toEqual({ KeyId: keyId });
    const second = await current();
    expect(second).not.toBe(first);
    expect(await call(decrypt, { CiphertextBlob })).toMatchObject({ KeyMaterialId: first });
    const later = await call(encrypt, { KeyId: arn, Plaintext: Buffer.from('x') });
    expect(await call(decrypt, { CiphertextBlob: later.CiphertextBlob })).toMatchObject({
      KeyMaterialId: second,
    });
  });

  test('refuses a 26th time', async () => {
    const { kms, call, refusal } = await openKmsApi();
    const { arn } = await kms.keys.create(user, {});
    for (let n = 0; n < 25; n++) await call(rotateKeyOnDemand, { KeyId: arn });
    expect(await refusal(rotateKeyOnDemand, { KeyId: arn })).toEqual(
      refused(
        'LimitExceededException',
        'The on-demand rotations limit has been reached for the given keyId. ' +
          `No more on-demand rotations can be performed for this key: ${arn}`,
      ),
    );
  });

  test('refuses a key whose next material was not imported', async () => {
    const api = await openKmsApi();
    const arn = await keyIn('PendingImport', api);
    expect(await api.refusal(rotateKeyOnDemand, { KeyId: arn })).toEqual(
      refused('KMSInvalidStateException', `${arn} is pending import.`),
    );
  });
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.using);
