import { expect, test } from 'vitest';
import { isReservedWord } from '../../../src/tables/expression/reserved-words.ts';

test('words are reserved in any case, from the first of the list to the last', () => {
  for (const word of [
    'ABORT',
    'abort',
    'Name',
    'status',
    'SIZE',
    'zone',
    'hash',
    'timestamp',
    'constructor',
  ]) {
    expect(isReservedWord(word), word).toBe(true);
  }
});

test('other names are not, nor what objects inherit', () => {
  for (const name of ['', 'pk', 'names_', 'attribute_exists', 'toString', '__proto__', 'x'.repeat(10_000)]) {
    expect(isReservedWord(name), name).toBe(false);
  }
});
