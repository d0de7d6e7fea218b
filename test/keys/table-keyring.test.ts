import { beforeEach, describe, expect, test } from 'vitest';
import { AssertionFault, IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import type { SecretKey } from '../../src/crypto/core.ts';
import { makeDataKey } from '../../src/keys/data-key.ts';
import { dataKeyLimits } from '../../src/keys/data-key-use.ts';
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

describe('a further data key', () => {
  const isAlive = (key: SecretKey) => !key.destroyed;
  const another = (id: number, tree = 2) => makeDataKey(core, tableKey, { tableId, tree, id });

  beforeEach(() => keyring.open(tableKey, dataKeys));

  test('of a tree that has some seals nothing before it is stored, and everything after', () => {
    const cipher = keyring.cipher(2);
    const third = another(3);
    keyring.openMore(tableKey, [third]);
    expect([cipher.dataKeyId, openPage(cipher, sealPage(cipher, 'a page'), 2)]).toEqual([2, 'a page']);
    const before = sealPage(cipher, 'before');
    keyring.follow([...dataKeys, third]);
    expect([cipher.dataKeyId, openPage(cipher, sealPage(cipher, 'a page'), 3)]).toEqual([3, 'a page']);
    expect(openPage(cipher, before, 2)).toBe('before');
  });

  test('of a new tree works at once', () => {
    keyring.openMore(tableKey, [another(1, 4)]);
    const cipher = keyring.cipher(4);
    expect(openPage(cipher, sealPage(cipher, 'a page'))).toBe('a page');
  });

  test('that was never stored seals nothing, and is wiped once another is stored in its place', () => {
    const [lost, stored] = [another(3), another(4)];
    keyring.openMore(tableKey, [lost]);
    keyring.openMore(tableKey, [stored]);
    const alive = core.keys.filter(isAlive).length;
    keyring.follow([...dataKeys, stored]);
    expect(core.keys.filter(isAlive)).toHaveLength(alive - 1);
    const sealed = sealPage(keyring.cipher(2), 'a page');
    // As after a restart: from what is stored.
    const later = new TableKeyring(core, tableId, [...dataKeys, stored]);
    later.open(tableKey, [...dataKeys, stored]);
    expect(openPage(later.cipher(2), sealed, 4)).toBe('a page');
  });

  test('never has the number of another that is open', () => {
    keyring.openMore(tableKey, [another(3)]);
    expect(() => keyring.openMore(tableKey, [another(3)])).toThrow(AssertionFault);
  });

  test('that is stored while it is not open waits until it is: the one before it seals meanwhile', () => {
    const third = another(3);
    keyring.openMore(tableKey, [third]);
    keyring.wipe();
    keyring.open(tableKey, dataKeys);
    const stored = [...dataKeys, third];
    keyring.follow(stored);
    const cipher = keyring.cipher(2);
    expect([cipher.dataKeyId, openPage(cipher, sealPage(cipher, 'a page'), 2)]).toEqual([2, 'a page']);
    // It is known, so that a page that names it is none that was changed.
    expect(() => openPage(cipher, sealPage(cipher, 'a page'), 3)).toThrow(Outage);
    keyring.wipe();
    keyring.open(tableKey, stored);
    expect(cipher.dataKeyId).toBe(3);
  });

  test('takes the place of older ones, which are wiped, and opens none of their pages', () => {
    const cipher = keyring.cipher(2);
    const old = sealPage(cipher, 'an old page');
    const third = another(3);
    keyring.openMore(tableKey, [third]);
    keyring.follow([...dataKeys, third]);
    const alive = core.keys.filter(isAlive).length;
    keyring.follow([third, ...dataKeys.filter(({ tree }) => tree !== 2)]);
    expect(core.keys.filter(isAlive)).toHaveLength(alive - 2);
    expect(() => openPage(cipher, old, 2)).toThrow(IntegrityFault);
    expect(openPage(cipher, sealPage(cipher, 'a page'), 3)).toBe('a page');
  });

  test('of a tree that is dropped stays open for what is under way', () => {
    const cipher = keyring.cipher(3);
    const sealed = sealPage(cipher, 'a page');
    keyring.follow(dataKeys.filter(({ tree }) => tree !== 3));
    expect(openPage(cipher, sealed)).toBe('a page');
  });

  test('is not opened once the keys are wiped', () => {
    keyring.wipe();
    expect(() => keyring.openMore(tableKey, [another(3)])).toThrow(Outage);
  });
});

describe('R-LIM-1: a metered keyring', () => {
  const limits = { ...dataKeyLimits, blockSeals: 4, blockBytes: 1000, refuseSeals: 10 };
  const sealings = (ring: TableKeyring, tree = 2) => {
    for (let count = 0; ; count++) {
      try {
        sealPage(ring.cipher(tree), 'a page');
      } catch (fault) {
        expect(fault).toMatchObject({ code: 'DataKeyUsedUp' });
        return count;
      }
    }
  };
  const opened = (onNotice = () => {}) => {
    const ring = new TableKeyring(core, tableId, dataKeys, { limits, onNotice });
    ring.open(tableKey, dataKeys);
    return ring;
  };

  test('lets data keys that were made just now seal a block each, and tells at half of it and when it is refused', () => {
    let notices = 0;
    const ring = opened(() => void notices++);
    ring.meter();
    expect([sealings(ring), notices, sealings(ring, 3), notices]).toEqual([4, 2, 4, 4]);
    ring.use({ tree: 2, id: 2 }).grant();
    expect([sealings(ring), sealings(ring, 3)]).toEqual([4, 0]);
  });

  test('lets those that were there seal nothing yet, and counts a block for those without a count', () => {
    const ring = opened();
    ring.meter([{ tree: 2, id: 2, seals: 7, bytes: 70 }]);
    expect(ring.use({ tree: 2, id: 2 }).count).toEqual({ seals: 7, bytes: 70 });
    expect(ring.use({ tree: 3, id: 1 }).count).toEqual({ seals: 4, bytes: 1000 });
    expect([sealings(ring), sealings(ring, 3)]).toEqual([0, 0]);
    ring.use({ tree: 2, id: 2 }).grant();
    // The last bound of all is nearer than the block's.
    expect(sealings(ring)).toBe(3);
  });

  test('gives a data key that is made later its first block, in place of one that is used up', () => {
    const ring = opened();
    ring.meter();
    expect(sealings(ring)).toBe(4);
    const third = makeDataKey(core, tableKey, { tableId, tree: 2, id: 3 });
    ring.openMore(tableKey, [third]);
    expect(sealings(ring)).toBe(0);
    ring.follow([...dataKeys, third]);
    expect(sealings(ring)).toBe(4);
    expect(ring.sealing()).toContainEqual({ tree: 2, id: 3 });
  });

  test('counts on over wiping and opening', () => {
    const ring = opened();
    ring.meter();
    sealPage(ring.cipher(2), 'a page');
    ring.wipe();
    ring.open(tableKey, dataKeys);
    expect(sealings(ring)).toBe(3);
  });
});
