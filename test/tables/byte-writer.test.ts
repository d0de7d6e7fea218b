import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/tables/byte-writer.ts';

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter();
  writer.begin();
  write(writer);
  return Buffer.from(writer.finish()).toString('hex');
}

describe('bytes are as drawn', () => {
  const cases: [string, (writer: ByteWriter) => void, string][] = [
    ['nothing', () => {}, ''],
    ['a byte', (w) => w.byte(0xfe), 'fe'],
    [
      'counts',
      (w) =>
        [0, 127, 128, 300, 2 ** 32].forEach((count) => {
          w.count(count);
        }),
      '007f8001ac028080808010',
    ],
    [
      'integers',
      (w) =>
        [0, -1, 1, -64, 64].forEach((value) => {
          w.integer(value);
        }),
      '0001027f8001',
    ],
    ['a text', (w) => w.text('aé'), '0361c3a9'],
    ['bytes', (w) => w.bytes(Uint8Array.of(1, 2)), '020102'],
    ['a measured part', (w) => w.measured(() => w.text('ab')), '03000000026162'],
  ];
  for (const [name, write, hex] of cases) test(name, () => expect(written(write)).toBe(hex));
});

test('what was begun anew holds nothing of what came before', () => {
  const writer = new ByteWriter();
  writer.text('secret');
  writer.begin();
  writer.byte(1);
  expect(writer.finish()).toEqual(Uint8Array.of(1));
});

test('it grows, and what it hands out stays as it is', () => {
  const writer = new ByteWriter();
  writer.begin();
  writer.text('first');
  const first = writer.finish();
  writer.begin();
  const large = new Uint8Array(1_000_000).fill(7);
  writer.bytes(large);
  expect(writer.finish().length).toBe(1_000_003);
  expect(Buffer.from(first).toString('latin1')).toBe('\u0005first');
});
