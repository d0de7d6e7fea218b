import { expect, test } from 'vitest';
import { createCustomKeyStore } from '../../../src/api/kms/create-custom-key-store.ts';
import { boundCaller } from '../../support/bound-caller.ts';
import { account } from '../../support/embedded-kms.ts';
import { openKmsApi, refused } from '../../support/kms-api.ts';

test('CreateCustomKeyStore says that there are none here, of either type', async () => {
  const { refusal } = await openKmsApi();
  for (const CustomKeyStoreType of ['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE']) {
    expect(await refusal(createCustomKeyStore, { CustomKeyStoreName: 'mine', CustomKeyStoreType })).toEqual(
      refused(
        'UnsupportedOperationException',
        'Custom key stores are not supported: this key service keeps its keys itself.',
      ),
    );
  }
});

test('CreateCustomKeyStore is for those whose own policies allow it', async () => {
  const { refusal } = await openKmsApi();
  const ada = boundCaller(`arn:aws:iam::${account}:user/ada`, []);
  expect(await refusal(createCustomKeyStore, { CustomKeyStoreName: 'mine' }, ada)).toMatchObject({
    __type: 'AccessDeniedException',
    Message: expect.stringMatching(
      /kms:CreateCustomKeyStore on resource: \* because no identity-based policy allows/,
    ),
  });
});
