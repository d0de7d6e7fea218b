import { expect, test } from 'vitest';
import { csvCells } from '../../src/lifecycle/csv-row.ts';

const rows: readonly (readonly [string, readonly string[]])[] = [
  ['', ['']],
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['a,,b,', ['a', '', 'b', '']],
  ['a,b\r', ['a', 'b']],
  ['"a,b",c', ['a,b', 'c']],
  ['"a ""b"" c"', ['a "b" c']],
  ['"",x', ['', 'x']],
  ['"a\nb",c', ['a\nb', 'c']],
  ['a "b" c', ['a "b" c']],
  ['é,日本', ['é', '日本']],
];
for (const [row, cells] of rows) {
  test(`the cells of ${JSON.stringify(row)}`, () => {
    expect(csvCells(Buffer.from(row), ',')).toEqual(cells);
  });
}

for (const row of ['"a', '"a"b,c', '"a""', 'x,"']) {
  test(`no row is ${JSON.stringify(row)}`, () => {
    expect(csvCells(Buffer.from(row), ',')).toBeUndefined();
  });
}

for (const delimiter of [',', ';', ':', '|', '\t', ' ']) {
  test(`cells may be parted by ${JSON.stringify(delimiter)}`, () => {
    expect(csvCells(Buffer.from(`a${delimiter}"b${delimiter}"${delimiter}`), delimiter)).toEqual([
      'a',
      `b${delimiter}`,
      '',
    ]);
  });
}

test('bytes that are no UTF-8 are no row', () => {
  expect(csvCells(Uint8Array.of(0x61, 0xff), ',')).toBeUndefined();
});
