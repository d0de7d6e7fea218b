import { expect, test } from 'vitest';
import { storedKeys, wrappedKeys } from '../../src/tables/stored-keys.ts';

test('wrapped keys come back from their texts, whatever their bytes', () => {
  const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const wrapped = {
    keyArn: 'arn:aws:kms:r:1:key/k',
    tableKey: every,
    dataKeys: [
      { tree: 2, id: 1, sealed: every.subarray(1, 60) },
      { tree: 2, id: 2, sealed: new Uint8Array() },
    ],
  };
  const text = JSON.stringify(storedKeys(wrapped));
  expect(wrappedKeys(JSON.parse(text))).toEqual(wrapped);
});
