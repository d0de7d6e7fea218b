import { expect, test } from 'vitest';
import type { AliasRecord } from '../../../src/kms/embedded/alias.ts';
import { AliasIndex } from '../../../src/kms/embedded/alias-index.ts';
import { account, region } from '../../support/embedded-kms.ts';

const alias = (name: string, targetKeyId: string, more: Partial<AliasRecord> = {}): AliasRecord => ({
  ...{ name, targetKeyId, account, region, createdMs: 1, updatedMs: 1 },
  ...more,
});
const elsewhere = 'eu-west-1';

test('aliases are found by name and by the key they name, in their region', () => {
  const index = new AliasIndex();
  const there = alias('alias/a', 'k', { region: elsewhere });
  for (const each of [alias('alias/a', 'k'), alias('alias/b', 'k'), alias('alias/c', 'l'), there])
    index.put(each);
  const named = (keyId: string, of = region) => index.of({ keyId, region: of }).map(({ name }) => name);
  expect([named('k'), named('l'), named('m'), named('k', elsewhere)]).toEqual([
    ['alias/a', 'alias/b'],
    ['alias/c'],
    [],
    ['alias/a'],
  ]);
  expect(index.get({ account, region: elsewhere, name: 'alias/a' })).toBe(there);
  expect(index.get({ account, region, name: 'alias/d' })).toBeUndefined();
  expect([...index.all()]).toHaveLength(4);
});

test('an alias that is moved or removed names the key before no more', () => {
  const index = new AliasIndex();
  index.put(alias('alias/a', 'k'));
  index.put(alias('alias/a', 'k', { updatedMs: 2 }));
  expect(index.of({ keyId: 'k', region })).toMatchObject([{ updatedMs: 2 }]);
  index.put(alias('alias/a', 'l', { updatedMs: 3 }));
  expect(index.of({ keyId: 'k', region })).toEqual([]);
  expect(index.of({ keyId: 'l', region })).toMatchObject([{ updatedMs: 3 }]);
  // The record that is removed may be an older one.
  index.remove(alias('alias/a', 'k'));
  index.remove(alias('alias/z', 'k'));
  expect([index.of({ keyId: 'l', region }), [...index.all()]]).toEqual([[], []]);
});
