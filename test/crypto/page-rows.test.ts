import { describe, expect, test } from 'vitest';
import type { Addon, AddonRows } from '../../src/crypto/addon.ts';
import { type PageRows, pageRowReading } from '../../src/crypto/page-rows.ts';
import { openDatabase } from '../../src/store/sqlite-driver.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

test('an addon that comes from no file cannot be loaded by SQLite', () => {
  expect(pageRowReading({ ...testedAddon } as Addon)).toBeUndefined();
});

describe.skipIf(addonSkipped)('rows of pages', () => {
  const reading = pageRowReading(testedAddon);

  function openRows(): PageRows {
    const database = openDatabase(':memory:', { mayExtend: true });
    database.exec('CREATE TABLE page(place INTEGER PRIMARY KEY, version INTEGER, body BLOB)');
    database.exec("INSERT INTO page VALUES (1, 5, x'010203'), (2, 6, x'')");
    database.loadExtension(reading?.extension ?? '');
    if (reading === undefined) throw new Error('the addon comes from a file');
    return reading.take();
  }

  test('are read into the slots of the caller’s memory, with version and length', () => {
    const rows = openRows();
    const into = new Uint8Array(12).fill(9);
    const found = new Float64Array(6);
    expect(rows.read(Float64Array.of(1, 2, 3), 3, into, 4, found)).toBe(0);
    expect([...found]).toEqual([5, 3, 6, 0, 0, -1]);
    expect([...into]).toEqual([1, 2, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
  });

  test('that are longer than a slot are told, and not copied', () => {
    const rows = openRows();
    const into = new Uint8Array(4).fill(9);
    const found = new Float64Array(2);
    expect(rows.read(Float64Array.of(1), 1, into, 2, found)).toBe(0);
    expect([[...found], [...into]]).toEqual([
      [5, 3],
      [9, 9, 9, 9],
    ]);
  });

  const unfit: [string, (rows: PageRows) => unknown][] = [
    [
      'fewer places than are counted',
      (rows) => rows.read(Float64Array.of(1), 2, new Uint8Array(99), 4, new Float64Array(9)),
    ],
    [
      'memory for fewer slots',
      (rows) => rows.read(Float64Array.of(1, 2), 2, new Uint8Array(7), 4, new Float64Array(9)),
    ],
    [
      'slots of four gigabytes',
      (rows) => rows.read(Float64Array.of(1, 2), 2, new Uint8Array(7), 2 ** 32 - 1, new Float64Array(9)),
    ],
    [
      'too few numbers to be found',
      (rows) => rows.read(Float64Array.of(1, 2), 2, new Uint8Array(99), 4, new Float64Array(3)),
    ],
    [
      'a place that is none',
      (rows) => rows.read(Float64Array.of(1.5), 1, new Uint8Array(99), 4, new Float64Array(9)),
    ],
    [
      'a negative place',
      (rows) => rows.read(Float64Array.of(-1), 1, new Uint8Array(99), 4, new Float64Array(9)),
    ],
    [
      'a place beyond all',
      (rows) => rows.read(Float64Array.of(2 ** 53), 1, new Uint8Array(99), 4, new Float64Array(9)),
    ],
    [
      'no number for a place',
      (rows) => rows.read(Float64Array.of(Number.NaN), 1, new Uint8Array(99), 4, new Float64Array(9)),
    ],
  ];
  for (const [what, read] of unfit) {
    test(`refuse ${what}`, () => {
      expect(() => read(openRows())).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    });
  }

  test('cannot be taken twice, nor where no connection has loaded the addon', () => {
    openRows();
    expect(() => reading?.take()).toThrow(expect.objectContaining({ code: 'ERR_NO_ROWS' }));
  });

  test('of a connection that nobody took are let go of by the next', () => {
    const database = openDatabase(':memory:', { mayExtend: true });
    database.exec('CREATE TABLE page(place INTEGER PRIMARY KEY, version INTEGER, body BLOB)');
    database.loadExtension(reading?.extension ?? '');
    const found = new Float64Array(2);
    openRows().read(Float64Array.of(1), 1, new Uint8Array(8), 8, found);
    expect([...found]).toEqual([5, 3]);
    expect(() => database.close()).not.toThrow();
  });

  for (const [what, value] of [
    ['an object', {}],
    ['a key', addonSkipped ? undefined : testedAddon.generateKey()],
    ['undefined', undefined],
    ['the addon', testedAddon],
  ] as const) {
    test(`are not ${what}`, () => {
      const forged = value as unknown as AddonRows;
      const read = () =>
        testedAddon.readRows(forged, Float64Array.of(1), 1, new Uint8Array(9), 4, new Float64Array(2));
      expect(read).toThrow(TypeError);
      expect(() => testedAddon.closeRows(forged)).toThrow(TypeError);
    });
  }

  test('take arrays of their types alone', () => {
    const rows = openRows();
    const other = new Uint8Array(16) as unknown as Float64Array;
    expect(() => rows.read(other, 1, new Uint8Array(9), 4, new Float64Array(2))).toThrow(TypeError);
    expect(() => rows.read(Float64Array.of(1), 1, new Uint8Array(9), 4, other)).toThrow(TypeError);
  });
});
