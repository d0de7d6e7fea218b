import { expect, test } from 'vitest';
import { encodeBody } from '../../../src/api/json.ts';
import { grantEntry, grantOrder } from '../../../src/api/kms/grant-entry.ts';
import type { GrantRecord } from '../../../src/kms/embedded/grant.ts';

const grant: GrantRecord = {
  name: '',
  grantee: { kind: 'arn', name: 'arn:a' },
  operations: ['Decrypt'],
  constraints: {},
  grantId: 'f'.repeat(64),
  keyArn: 'arn:k',
  issuingAccount: '111122223333',
  createdMs: 1_500,
};
const written = (entry: object) => JSON.parse(Buffer.from(encodeBody(entry)).toString());

test('a grant without constraints and retiring principal shows none', () => {
  expect(written(grantEntry(grant))).toEqual({
    KeyId: 'arn:k',
    GrantId: grant.grantId,
    Name: '',
    CreationDate: 1.5,
    GranteePrincipal: 'arn:a',
    IssuingAccount: 'arn:aws:iam::111122223333:root',
    Operations: ['Decrypt'],
  });
});

test('each constraint shows where it is, an empty one too', () => {
  const constraints = { equals: [], sourceArn: 'arn:t' };
  expect(written(grantEntry({ ...grant, constraints })).Constraints).toEqual({
    EncryptionContextEquals: {},
    SourceArn: 'arn:t',
  });
});

test('a service that a caller named has a member of its own, one that made the grant itself stands among the others', () => {
  const service = { kind: 'service', name: 'dynamodb.us-east-1.amazonaws.com' } as const;
  const named = written(grantEntry({ ...grant, grantee: service }));
  expect([named.GranteeServicePrincipal, named.GranteePrincipal]).toEqual([service.name, undefined]);
  const own = written(grantEntry({ ...grant, grantee: service, retiree: service, holder: 'store' }));
  expect([own.GranteePrincipal, own.RetiringPrincipal]).toEqual([service.name, service.name]);
  expect(own).not.toHaveProperty('holder');
});

test('older grants come first, whatever their ids', () => {
  const younger = { ...grant, createdMs: 10_000, grantId: '0'.repeat(64) };
  expect(grantOrder(grant) < grantOrder(younger)).toBe(true);
});
