import { describe, expect, test } from 'vitest';
import { type Figure, figuresJson, figuresText, rounded } from '../../bench/figures.ts';

const inTable = (row: string, column: string, value: number): Figure => ({
  name: `${row}_${column}`,
  value,
  note: '',
  cell: { table: 'a table', row, column },
});

describe('figures', () => {
  test('with a cell stand in a table, each in its row and column, and a hole stays empty', () => {
    const text = figuresText('seal', 'how fast?', [
      inTable('ours', '64 B', 1.5),
      inTable('ours', '1 KiB', 2.5),
      inTable('theirs', '1 KiB', 0.5),
    ]);
    const lines = text.split('\n');
    const from = lines.indexOf('a table');
    expect(lines.slice(from + 1, from + 4)).toEqual([
      '        64 B  1 KiB',
      'ours    1.5   2.5',
      'theirs        0.5',
    ]);
  });

  test('without a cell are a list with their names and notes', () => {
    const text = figuresText('item', 'how many?', [{ name: 'put_per_s', value: 12_345.6, note: 'puts' }]);
    expect(text).toMatch(/put_per_s +12,350 +puts/);
  });

  test('are one JSON object, whether they have a cell or not', () => {
    const json = figuresJson('seal', [inTable('ours', '64', 1.23456), { name: 'a', value: 2, note: '' }]);
    expect(json.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(json)).toMatchObject({ bench: 'seal', ours_64: 1.235, a: 2 });
  });

  for (const [value, wanted] of [
    [12_345, 12_350],
    [0.123456, 0.1235],
    [0, 0],
  ] as const) {
    test(`${value} is told as ${wanted}`, () => expect(rounded(value)).toBe(wanted));
  }
});
