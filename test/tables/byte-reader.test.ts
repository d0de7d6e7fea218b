import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../src/base/errors.ts';
import { ByteReader } from '../../src/tables/byte-reader.ts';
import { ByteWriter } from '../../src/tables/byte-writer.ts';

const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes), 0);

test('what was written is read', () => {
  const integers = [0, 1, -1, 63, -64, 64, 999_999_999_999_999, -99_999_999_999_999];
  const texts = ['', 'a', 'é', '😀', 'x'.repeat(127), 'x'.repeat(128), 'é'.repeat(20_000)];
  const writer = new ByteWriter();
  writer.begin();
  for (const integer of integers) writer.integer(integer);
  for (const text of texts) writer.text(text);
  writer.bytes(Uint8Array.of(1, 2, 3));
  const read = new ByteReader(writer.finish(), 0);
  expect(integers.map(() => read.integer())).toEqual(integers);
  expect(texts.map(() => read.text())).toEqual(texts);
  expect(read.bytes()).toEqual(Uint8Array.of(1, 2, 3));
  expect(read.atEnd()).toBe(true);
});

test('names are read as they are, whatever was read before', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `n${i}`).concat([
    'é',
    '',
    'a\u0000',
    'x'.repeat(33),
    '\ufffd',
  ]);
  for (let round = 0; round < 2; round++) {
    const writer = new ByteWriter();
    writer.begin();
    for (const name of names) writer.text(name);
    const read = new ByteReader(writer.finish(), 0);
    expect(names.map(() => read.name())).toEqual(names);
  }
});

describe('reading beyond the end, or a count beyond sense, is a fault', () => {
  const cases: [string, () => unknown][] = [
    ['a byte', () => reader().byte()],
    ['a count cut short', () => reader(0x80).count()],
    ['a count without end', () => reader(...new Array<number>(20).fill(0xff)).count()],
    ['a text', () => reader(3, 0x61).text()],
    ['a name', () => reader(3, 0x61).name()],
    ['bytes', () => reader(3, 0x61).bytes()],
    ['more elements than bytes', () => reader(3, 0, 0).elementCount()],
    ['a length', () => reader(1, 2, 3).skipLength()],
  ];
  for (const [name, read] of cases) test(name, () => expect(read).toThrow(IntegrityFault));
});
