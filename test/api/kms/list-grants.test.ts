import { expect, test } from 'vitest';
import { createGrant } from '../../../src/api/kms/create-grant.ts';
import { listGrants } from '../../../src/api/kms/list-grants.ts';
import { account, user } from '../../support/embedded-kms.ts';
import {
  keepsStates,
  openKmsApi,
  refused,
  refusesOtherKeyIds,
  stateRows,
  stranger,
} from '../../support/kms-api.ts';

const underTest = { operation: listGrants, inputOf: (KeyId: string) => ({ KeyId }) };

async function withGrants(count: number) {
  const api = await openKmsApi();
  const { arn } = await api.kms.keys.create(user, {});
  const ids: unknown[] = [];
  for (let n = 0; n < count; n++) {
    const GranteePrincipal = n % 2 === 0 ? stranger.arn : user.arn;
    ids.push(
      (await api.call(createGrant, { KeyId: arn, GranteePrincipal, Operations: ['Decrypt'] })).GrantId,
    );
    api.clock.advance(1_000);
  }
  return { ...api, arn, ids };
}

test('ListGrants shows all of a grant but its token', async () => {
  const { arn, call, clock } = await withGrants(0);
  const createdMs = clock.nowMs();
  const EncryptionContextSubset = { table: 'Books', ['__proto__']: 'ordinary' };
  const { GrantId } = await call(createGrant, {
    KeyId: arn,
    GranteePrincipal: stranger.arn,
    RetiringPrincipal: user.arn,
    Operations: ['Decrypt', 'DescribeKey'],
    Constraints: { EncryptionContextSubset },
    Name: 'books',
  });
  expect(await call(listGrants, { KeyId: arn })).toEqual({
    Grants: [
      {
        KeyId: arn,
        GrantId,
        Name: 'books',
        CreationDate: createdMs / 1000,
        GranteePrincipal: stranger.arn,
        RetiringPrincipal: user.arn,
        IssuingAccount: `arn:aws:iam::${account}:root`,
        Operations: ['Decrypt', 'DescribeKey'],
        Constraints: { EncryptionContextSubset },
      },
    ],
    Truncated: false,
  });
});

test('ListGrants shows a grant without name, and names services as such', async () => {
  const { arn, call } = await withGrants(0);
  const service = 'dynamodb.amazonaws.com';
  await call(createGrant, {
    KeyId: arn,
    GranteeServicePrincipal: service,
    RetiringServicePrincipal: service,
    Operations: ['Decrypt'],
    Constraints: { SourceArn: 'arn:aws:dynamodb:us-east-1:111122223333:table/Books' },
  });
  const { Grants } = await call(listGrants, { KeyId: arn, GranteeServicePrincipal: service });
  expect(Grants).toMatchObject([
    { Name: '', GranteeServicePrincipal: service, RetiringServicePrincipal: service },
  ]);
  expect(await call(listGrants, { KeyId: arn, GranteePrincipal: service })).toMatchObject({ Grants: [] });
});

test('ListGrants gives them oldest first, page by page', async () => {
  const { arn, ids, call, refusal } = await withGrants(5);
  const seen: unknown[] = [];
  let Marker: unknown;
  do {
    const page = await call(listGrants, { KeyId: arn, Limit: 2, Marker });
    for (const grant of page.Grants as readonly { GrantId: string }[]) seen.push(grant.GrantId);
    expect(page.Truncated).toBe(page.NextMarker !== undefined);
    Marker = page.NextMarker;
    if (seen.length === 2) {
      const other = { KeyId: arn, GranteePrincipal: user.arn, Marker };
      expect(await refusal(listGrants, other)).toEqual(refused('InvalidMarkerException'));
    }
  } while (Marker !== undefined);
  expect(seen).toEqual(ids);
});

test('ListGrants gives those that fit its filters', async () => {
  const { arn, ids, call, refusal } = await withGrants(3);
  const found = async (filter: object) =>
    ((await call(listGrants, { KeyId: arn, ...filter })).Grants as readonly { GrantId: string }[]).map(
      ({ GrantId }) => GrantId,
    );
  expect(await found({ GrantId: ids[1] })).toEqual([ids[1]]);
  expect(await found({ GranteePrincipal: stranger.arn })).toEqual([ids[0], ids[2]]);
  expect(await found({ GrantId: ids[1], GranteePrincipal: stranger.arn })).toEqual([]);
  expect(await found({ GrantId: '0'.repeat(64) })).toEqual([]);
  expect(await refusal(listGrants, { KeyId: arn, GrantId: 'x' })).toMatchObject({
    __type: 'InvalidGrantIdException',
  });
});

test('ListGrants finds the grant of a table by the service that holds it', async () => {
  const { arn, kms, call } = await withGrants(1);
  const wanted = { keyArn: arn, name: 'table', context: new Map([['a', 'b']]), holder: 'store' };
  const grantId = await kms.tableGrants.create({ ...user, service: 'dynamodb.amazonaws.com' }, wanted);
  const filter = { GranteePrincipal: 'dynamodb.us-east-1.amazonaws.com' };
  expect((await call(listGrants, { KeyId: arn, ...filter })).Grants).toMatchObject([{ GrantId: grantId }]);
});

refusesOtherKeyIds(underTest, { forms: 'keyOnly' });
keepsStates(underTest, stateRows.always);
