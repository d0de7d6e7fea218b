import { expect, test } from 'vitest';
import { listedCallers } from '../../src/server/listed-callers.ts';
import { account, credentials } from './support.ts';

const { accessKeyId, secretAccessKey } = credentials;
const other = { accessKeyId: 'OTHER', secretAccessKey: 's', arn: 'arn:aws:iam::1:user/x', account: '1' };
const others = { find: (id: string) => (id === 'OTHER' || id === accessKeyId ? other : undefined) };

test('who is listed is the root of the account, or of another one, or whom the list says', () => {
  const listed = listedCallers({
    credentials: [
      credentials,
      { accessKeyId: 'B', secretAccessKey: 'b', account: '999999999999' },
      { accessKeyId: 'C', secretAccessKey: 'c', arn: `arn:aws:iam::${account}:user/cy` },
    ],
    account,
  });
  expect(listed.find(accessKeyId, undefined)).toMatchObject({
    secretAccessKey,
    arn: `arn:aws:iam::${account}:root`,
    identity: { principal: { kind: 'root', account } },
  });
  expect(listed.find('B', undefined)?.identity?.principal.account).toBe('999999999999');
  expect(listed.find('C', undefined)).toEqual({
    accessKeyId: 'C',
    secretAccessKey: 'c',
    arn: `arn:aws:iam::${account}:user/cy`,
    account,
  });
  expect(listed.find('constructor', undefined)).toBeUndefined();
});

test('the list comes first, and has no sessions; all others are asked for after it', () => {
  const listed = listedCallers({ credentials: [credentials], account, others });
  expect(listed.find(accessKeyId, undefined)?.secretAccessKey).toBe(secretAccessKey);
  expect(listed.find(accessKeyId, 'token')).toBeUndefined();
  expect(listed.find('OTHER', 'token')).toBe(other);
});
