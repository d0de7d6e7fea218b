import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import type { SecretKey } from '../../src/crypto/core.ts';
import { makeDataKey, openDataKey, rewrapDataKeys } from '../../src/keys/data-key.ts';
import type { WrappedDataKey } from '../../src/keys/wrapped-table-keys.ts';
import { watchedCore } from './support.ts';

const core = watchedCore();
const tableKey = core.generateKey();
const tableId = 'id-of-books';
const none = new Uint8Array(0);
const wrapped = makeDataKey(core, tableKey, { tableId, tree: 2, id: 1 });

/** What one key seals the other opens. */
function isSame(a: SecretKey, b: SecretKey): boolean {
  return Buffer.from(core.openBytes(b, core.sealBytes(a, Buffer.from('x'), none), none)).toString() === 'x';
}

function faultOf(of: WrappedDataKey, from: { key?: SecretKey; tableId?: string } = {}): unknown {
  try {
    openDataKey(core, from.key ?? tableKey, { tableId: from.tableId ?? tableId, wrapped: of });
    return undefined;
  } catch (fault) {
    return fault;
  }
}

describe('a data key', () => {
  test('opens for its place, the same each time', () => {
    const one = openDataKey(core, tableKey, { tableId, wrapped });
    expect(isSame(one, openDataKey(core, tableKey, { tableId, wrapped }))).toBe(true);
    expect(wrapped).toMatchObject({ tree: 2, id: 1 });
  });

  test('is not left open by whoever made it', () => {
    const own = watchedCore();
    const under = own.generateKey();
    makeDataKey(own, under, { tableId, tree: 2, id: 1 });
    expect(own.aliveCount).toBe(1);
  });

  const elsewhere: [string, unknown][] = [
    ['another tree', faultOf({ ...wrapped, tree: 3 })],
    ['another number', faultOf({ ...wrapped, id: 2 })],
    ['tree and number changed about', faultOf({ ...wrapped, tree: 1, id: 2 })],
    ['another table', faultOf(wrapped, { tableId: 'id-of-films' })],
    ['a table whose id runs on into the numbers', faultOf(wrapped, { tableId: `${tableId}\0` })],
    ['another table key', faultOf(wrapped, { key: core.generateKey() })],
    ['nothing', faultOf({ ...wrapped, sealed: none })],
    ['one byte less', faultOf({ ...wrapped, sealed: wrapped.sealed.subarray(1) })],
  ];
  for (const [name, fault] of elsewhere) {
    test(`does not open for ${name}`, () => expect(fault).toBeInstanceOf(IntegrityFault));
  }

  test('R-COM-1: does not open with any byte changed, and tells the tree and no more', () => {
    for (let at = 0; at < wrapped.sealed.length; at++) {
      const sealed = Uint8Array.from(wrapped.sealed);
      sealed[at] = (sealed[at] ?? 0) ^ 1;
      const fault = faultOf({ ...wrapped, sealed });
      expect(fault, `byte ${at}`).toBeInstanceOf(IntegrityFault);
      expect(fault).toMatchObject({ place: { tree: 2, record: 'data key' } });
    }
  });
});

describe('wrapping again', () => {
  const other = makeDataKey(core, tableKey, { tableId, tree: 3, id: 1 });

  test('keeps the keys and their places, and leaves none open', () => {
    const to = core.generateKey();
    const before = core.aliveCount;
    const again = rewrapDataKeys(core, { from: tableKey, to }, { tableId, dataKeys: [wrapped, other] });
    expect(core.aliveCount).toBe(before);
    expect(again.map(({ tree, id }) => ({ tree, id }))).toEqual([
      { tree: 2, id: 1 },
      { tree: 3, id: 1 },
    ]);
    const [first] = again;
    if (first === undefined) throw new Error('nothing was wrapped');
    const key = openDataKey(core, to, { tableId, wrapped: first });
    expect(isSame(openDataKey(core, tableKey, { tableId, wrapped }), key)).toBe(true);
    expect(faultOf(first)).toBeInstanceOf(IntegrityFault);
  });

  test('of a changed key fails and leaves none open', () => {
    const to = core.generateKey();
    const before = core.aliveCount;
    const dataKeys = [wrapped, { ...other, sealed: wrapped.sealed }];
    expect(() => rewrapDataKeys(core, { from: tableKey, to }, { tableId, dataKeys })).toThrow(IntegrityFault);
    expect(core.aliveCount).toBe(before);
  });
});
