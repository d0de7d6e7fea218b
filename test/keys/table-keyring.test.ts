import { beforeEach, describe, expect, test } from 'vitest';
import { AssertionFault, IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import type { SecretKey } from '../../src/crypto/core.ts';
import { makeDataKey } from '../../src/keys/data-key.ts';
import { TableKeyring } from '../../src/keys/table-keyring.ts';
import type { WrappedDataKey } from '../../src/keys/wrapped-table-keys.ts';
import { openPage, sealPage, type WatchedCore, watchedCore } from './support.ts';

const tableId = 'id-of-books';
let core: WatchedCore;
let tableKey: SecretKey;
let dataKeys: readonly WrappedDataKey[];
let keyring: TableKeyring;

beforeEach(() => {
  core = watchedCore();
  tableKey = core.generateKey();
  dataKeys = [
    makeDataKey(core, tableKey, { tableId, tree: 2, id: 1 }),
    makeDataKey(core, tableKey, { tableId, tree: 2, id: 2 }),
    makeDataKey(core, tableKey, { tableId, tree: 3, id: 1 }),
  ];
  keyring = new TableKeyring(core, tableId, dataKeys);
});

describe('an open keyring', () => {
  beforeEach(() => keyring.open(tableKey, dataKeys));

  test('seals with the latest data key of a tree and opens by number', () => {
    const cipher = keyring.cipher(2);
    expect(cipher.dataKeyId).toBe(2);
    const sealed = sealPage(cipher, 'a page');
    expect(openPage(cipher, sealed, 2)).toBe('a page');
    expect(openPage(cipher, sealed, 1)).toBe('does not open');
  });

  test('opens no page of another tree', () => {
    const sealed = sealPage(keyring.cipher(3), 'a page');
    expect(openPage(keyring.cipher(3), sealed)).toBe('a page');
    expect(openPage(keyring.cipher(2), sealed)).toBe('does not open');
  });

  test('takes a page that names a data key nobody made for changed', () => {
    const sealed = sealPage(keyring.cipher(3), 'a page');
    expect(() => openPage(keyring.cipher(3), sealed, 2)).toThrow(IntegrityFault);
  });

  test('has one cipher a tree, and none for a tree that is not the table’s', () => {
    expect(keyring.cipher(2)).toBe(keyring.cipher(2));
    expect(() => keyring.cipher(4)).toThrow(AssertionFault);
  });

  test('opens nothing twice', () => {
    const { length } = core.keys;
    keyring.open(tableKey, dataKeys);
    expect(core.keys).toHaveLength(length);
  });

  test('R-REV-1: is wiped for good, every key', () => {
    expect(keyring.wipe()).toBe(true);
    expect(keyring.wipe()).toBe(false);
    expect(keyring.isOpen).toBe(false);
    expect(core.keys.filter((key) => !key.destroyed)).toEqual([tableKey]);
  });
});

describe('a keyring that is not open', () => {
  const use = () => sealPage(keyring.cipher(2), 'a page');

  test('knows which data key its ciphers seal with', () => expect(keyring.cipher(2).dataKeyId).toBe(2));

  test('asks for another try where nobody said why', () => {
    expect(use).toThrow(Outage);
    expect(use).toThrow('The keys of the table expired before the request was done; ask again.');
  });

  test('says why where it was told, until it has been open again', () => {
    keyring.explain(new Refusal('TableNotFound', {}));
    expect(use).toThrow('Requested resource not found');
    const cipher = keyring.cipher(2);
    keyring.open(tableKey, dataKeys);
    expect(openPage(cipher, use(), 2)).toBe('a page');
    keyring.wipe();
    expect(use).toThrow(Outage);
  });

  test('forgets what it was told of a while ago when the keys are asked for again', () => {
    keyring.open(tableKey, dataKeys);
    keyring.explain(new Refusal('TableNotFound', {}));
    keyring.open(tableKey, dataKeys);
    keyring.wipe();
    expect(use).toThrow(Outage);
  });

  test('stays shut where one data key was changed, and leaves none open', () => {
    const [first, second] = dataKeys;
    if (first === undefined || second === undefined) throw new Error('two data keys are needed');
    const changed = [first, { ...second, sealed: first.sealed }];
    expect(() => keyring.open(tableKey, changed)).toThrow(IntegrityFault);
    expect(keyring.isOpen).toBe(false);
    expect(core.keys.filter((key) => !key.destroyed)).toEqual([tableKey]);
  });
});
