import { expect, test } from 'vitest';
import { createGrant } from '../../../src/api/kms/create-grant.ts';
import { listRetirableGrants } from '../../../src/api/kms/list-retirable-grants.ts';
import { user } from '../../support/embedded-kms.ts';
import { invalid, openKmsApi, refused, stranger } from '../../support/kms-api.ts';

async function withGrants() {
  const api = await openKmsApi();
  const ids: unknown[] = [];
  for (const RetiringPrincipal of [user.arn, stranger.arn, user.arn, undefined, user.arn]) {
    const { arn } = await api.kms.keys.create(user, {});
    const input = { KeyId: arn, GranteePrincipal: stranger.arn, Operations: ['Decrypt'], RetiringPrincipal };
    const { GrantId } = await api.call(createGrant, input);
    if (RetiringPrincipal === user.arn) ids.push(GrantId);
    api.clock.advance(1_000);
  }
  return { ...api, ids };
}

test('ListRetirableGrants gives what a principal may retire, over all keys, page by page', async () => {
  const { call, refusal, ids } = await withGrants();
  const first = await call(listRetirableGrants, { RetiringPrincipal: user.arn, Limit: 2 });
  expect(first).toMatchObject({ Grants: [{ GrantId: ids[0] }, { GrantId: ids[1] }], Truncated: true });
  const Marker = first.NextMarker;
  expect(await call(listRetirableGrants, { RetiringPrincipal: user.arn, Limit: 2, Marker })).toMatchObject({
    Grants: [{ GrantId: ids[2], RetiringPrincipal: user.arn }],
    Truncated: false,
  });
  expect(await call(listRetirableGrants, { RetiringPrincipal: stranger.arn }, stranger)).toMatchObject({
    Grants: [{ RetiringPrincipal: stranger.arn }],
  });
  expect(await refusal(listRetirableGrants, { RetiringPrincipal: user.arn, Marker: 'made up' })).toEqual(
    refused('InvalidMarkerException'),
  );
});

for (const [what, input, body] of [
  [
    'no principal',
    {},
    invalid("Value null at 'retiringPrincipal' failed to satisfy constraint: Member must not be null"),
  ],
  [
    'two principals',
    { RetiringPrincipal: user.arn, RetiringServicePrincipal: 'dynamodb.amazonaws.com' },
    refused('ValidationException', 'Give RetiringPrincipal or RetiringServicePrincipal, not both.'),
  ],
  [
    'a principal that is none',
    { RetiringPrincipal: 'ada' },
    refused('InvalidArnException', 'ARN does not refer to a valid principal'),
  ],
] as const) {
  test(`ListRetirableGrants refuses ${what}`, async () => {
    const { refusal } = await openKmsApi();
    expect(await refusal(listRetirableGrants, input)).toEqual(body);
  });
}

test('ListRetirableGrants shows nobody what principals of other accounts may retire', async () => {
  const { call, refusal } = await withGrants();
  expect(await refusal(listRetirableGrants, { RetiringPrincipal: user.arn }, stranger)).toMatchObject({
    __type: 'AccessDeniedException',
  });
  const RetiringServicePrincipal = 'dynamodb.amazonaws.com';
  expect(await call(listRetirableGrants, { RetiringServicePrincipal })).toEqual({
    Grants: [],
    Truncated: false,
  });
});
