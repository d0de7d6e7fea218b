import { expect, test } from 'vitest';
import { entryText, parseEntry } from '../../src/audit/entry.ts';
import { entryOf } from './support.ts';

test('a record is read as it was written', () => {
  const entry = entryOf(1, 5);
  expect(parseEntry(entryText(entry))).toEqual(entry);
  const used = { ...entry, use: { connection: 3, table: 'Books' } };
  expect(parseEntry(entryText(used))).toEqual(used);
});
