import { expect, test } from 'vitest';
import {
  encryptionContext,
  serviceIn,
  serviceItself,
  throughService,
} from '../../src/keys/table-identity.ts';
import { account, region, user } from '../support/embedded-kms.ts';
import { books } from './support.ts';

test('R-DEP-1: name and account of the table are bound to its key, and nothing else', () => {
  expect([...encryptionContext(books)]).toEqual([
    ['aws:dynamodb:tableName', 'Books'],
    ['aws:dynamodb:subscriberId', account],
  ]);
});

test('R-DEP-1: a request goes to the key service as the caller, by way of the table service', () => {
  expect(throughService(user)).toEqual({ ...user, service: 'dynamodb.amazonaws.com' });
});

test('upkeep goes as the service alone, in the table’s account and region', () => {
  const service = 'dynamodb.amazonaws.com';
  const sourceArn = `arn:aws:dynamodb:${region}:${account}:table/Books`;
  expect(serviceItself(books)).toEqual({ arn: service, account, region, service, sourceArn });
  expect(serviceIn(books)).toEqual({ arn: service, account, region, service });
});
