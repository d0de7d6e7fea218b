import { expect, test } from 'vitest';
import { describeCustomKeyStores } from '../../../src/api/kms/describe-custom-key-stores.ts';
import { boundCaller } from '../../support/bound-caller.ts';
import { account } from '../../support/embedded-kms.ts';
import { openKmsApi, refused } from '../../support/kms-api.ts';

test('DescribeCustomKeyStores answers that there are none', async () => {
  const { call } = await openKmsApi();
  expect(await call(describeCustomKeyStores, {})).toEqual({ CustomKeyStores: [], Truncated: false });
});

test('DescribeCustomKeyStores finds none by id or name, and knows no marker', async () => {
  const { refusal } = await openKmsApi();
  for (const [input, body] of [
    [{ CustomKeyStoreId: 'cks-1' }, refused('CustomKeyStoreNotFoundException')],
    [{ CustomKeyStoreName: 'mine' }, refused('CustomKeyStoreNotFoundException')],
    [
      { CustomKeyStoreId: 'cks-1', CustomKeyStoreName: 'mine' },
      refused('ValidationException', 'Give CustomKeyStoreId or CustomKeyStoreName, not both.'),
    ],
    [{ Marker: 'x' }, refused('InvalidMarkerException')],
  ] as const) {
    expect(await refusal(describeCustomKeyStores, input)).toEqual(body);
  }
});

test('DescribeCustomKeyStores is for those whose own policies allow it', async () => {
  const { refusal } = await openKmsApi();
  const ada = boundCaller(`arn:aws:iam::${account}:user/ada`, []);
  expect(await refusal(describeCustomKeyStores, {}, ada)).toMatchObject({
    __type: 'AccessDeniedException',
    Message: expect.stringMatching(
      /kms:DescribeCustomKeyStores on resource: \* because no identity-based policy allows/,
    ),
  });
});
