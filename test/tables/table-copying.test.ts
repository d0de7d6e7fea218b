import { expect, test } from 'vitest';
import { disabledText, keyRefusalOf, openProtected, tableArn } from '../support/book-tables.ts';
import { user } from '../support/embedded-kms.ts';
import { newConnection } from '../support/open-tables.ts';
import { refusalOf } from '../support/refusal.ts';

const notFound = (name: string) => `ContinuousTableNotFound: Table not found: ${name}`;

test('a table is found without its key, by name or ARN, and in its own region alone', async () => {
  const { tables, kms, keyArn } = await openProtected();
  await kms.keys.disable(user, keyArn);
  const { copying } = tables;
  expect(copying.find(user, 'T').definition.name).toBe('T');
  expect(copying.find(user, tableArn)).toBe(copying.find(user, 'T'));
  expect(copying.recordOf(copying.find(user, 'T').id)).toBe(copying.find(user, 'T'));
  expect(copying.recordOf('none')).toBeUndefined();
  expect(await refusalOf(() => copying.find(user, 'U'))).toBe(notFound('U'));
  expect(await refusalOf(() => copying.find({ ...user, region: 'eu-west-1' }, 'T'))).toBe(notFound('T'));
});

test('a table is to be read with its key alone', async () => {
  const { tables, kms, keyArn } = await openProtected();
  const read = () => tables.copying.findReadable(user, newConnection(), 'T');
  expect((await read()).definition.name).toBe('T');
  await kms.keys.disable(user, keyArn);
  expect(await keyRefusalOf(read)).toBe(disabledText(keyArn));
});
