import { expect, test } from 'vitest';
import { type Listing, TableDirectory } from '../../src/tables/table-directory.ts';

const listing = (id: string, name: string, account = '1', region = 'r'): Listing => ({
  id,
  name,
  account,
  region,
});

test('a table is found by its account, region and name, and by its id', () => {
  const directory = new TableDirectory<string>();
  directory.set(listing('a', 'T'), 'first');
  directory.set(listing('b', 'T', '2'), 'other account');
  directory.set(listing('c', 'T', '1', 's'), 'other region');
  directory.set(listing('d', 'U'), 'other name');
  expect(directory.get('1', 'r', 'T')).toBe('first');
  expect(directory.get('2', 'r', 'T')).toBe('other account');
  expect(directory.get('1', 's', 'T')).toBe('other region');
  expect(directory.get('1', 'r', 'U')).toBe('other name');
  expect(directory.getById('c')).toBe('other region');
  for (const [account, region, name] of [
    ['1', 'r', 'V'],
    ['3', 'r', 'T'],
    ['1', 'q', 'T'],
    ['1', 'r', '__proto__'],
  ] as const) {
    expect(directory.get(account, region, name)).toBeUndefined();
  }
  expect([...directory.names({ account: '1', region: 'r' })].sort()).toEqual(['T', 'U']);
  expect(directory.count({ account: '1', region: 'r' })).toBe(2);
  expect(directory.names({ account: '9', region: 'r' })).toEqual([]);
  expect(directory.count({ account: '9', region: 'r' })).toBe(0);
  expect(directory.all()).toEqual(['first', 'other account', 'other region', 'other name']);
});

test('a deleted table is not found, and takes no table of the same name with it', () => {
  const directory = new TableDirectory<string>();
  directory.set(listing('a', 'T'), 'old');
  directory.set(listing('b', 'T'), 'new');
  directory.delete(listing('a', 'T'));
  expect(directory.getById('a')).toBeUndefined();
  expect(directory.get('1', 'r', 'T')).toBe('new');
  directory.delete(listing('b', 'T'));
  expect(directory.get('1', 'r', 'T')).toBeUndefined();
  expect(directory.all()).toEqual([]);
  directory.delete(listing('b', 'T'));
  expect(directory.count({ account: '1', region: 'r' })).toBe(0);
});
