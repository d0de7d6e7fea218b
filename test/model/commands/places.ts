/** Where commands act: few places, so that they meet again. */
import fc from 'fast-check';
import type { Attributes } from '../../support/naive-items.ts';
import { keyOf, type TableName, tableNames } from '../../support/naive-tables.ts';

export const table = fc.constantFrom(...tableNames);
export const pk = fc.constantFrom('a', 'b');
export const sk = fc.integer({ min: -1, max: 1 });
export const place = fc.tuple(table, pk, sk).map(([name, hash, sort]) => ({
  TableName: name,
  Key: keyOf(name, hash, sort),
}));
export type Place = { readonly TableName: TableName; readonly Key: Attributes };
