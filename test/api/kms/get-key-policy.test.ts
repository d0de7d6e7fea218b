import { expect, test } from 'vitest';
import { getKeyPolicy } from '../../../src/api/kms/get-key-policy.ts';
import { account, user } from '../../support/embedded-kms.ts';
import { keepsStates, openKmsApi, refused, refusesOtherKeyIds, stateRows } from '../../support/kms-api.ts';

const underTest = { operation: getKeyPolicy, inputOf: (KeyId: string) => ({ KeyId }) };

test('GetKeyPolicy answers the policy as text, the default one where none was given', async () => {
  const { kms, call } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  for (const PolicyName of [undefined, 'default']) {
    const answer = await call(getKeyPolicy, { KeyId: keyId, PolicyName });
    expect(answer).toEqual({ Policy: expect.any(String), PolicyName: 'default' });
    expect(JSON.parse(String(answer.Policy))).toEqual({
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    });
  }
});

test('GetKeyPolicy answers a policy laid out anew, with all that was given', async () => {
  const { kms, call } = await openKmsApi();
  const policy = '{ "Statement": {"Effect":"Allow","Principal":"*",\n"Action":"kms:*","Resource":"*"} }';
  const { keyId } = await kms.keys.create(user, { policy });
  expect((await call(getKeyPolicy, { KeyId: keyId })).Policy).toBe(
    [
      '{',
      '  "Statement" : {',
      '    "Effect" : "Allow",',
      '    "Principal" : "*",',
      '    "Action" : "kms:*",',
      '    "Resource" : "*"',
      '  }',
      '}',
    ].join('\n'),
  );
});

test('GetKeyPolicy knows no policy of another name', async () => {
  const { kms, refusal } = await openKmsApi();
  const { keyId } = await kms.keys.create(user, {});
  expect(await refusal(getKeyPolicy, { KeyId: keyId, PolicyName: 'other' })).toEqual(
    refused('NotFoundException', 'No such policy exists'),
  );
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
