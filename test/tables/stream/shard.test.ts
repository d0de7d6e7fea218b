import { expect, test } from 'vitest';
import { isShardId, sequenceOfText, sequenceText, shardId } from '../../../src/tables/stream/shard.ts';

test('a shard has an id of the form AWS gives it', () => {
  expect(shardId({ number: 255, openedAtMs: 1_414_562_045_508 })).toBe(
    'shardId-00000001414562045508-000000ff',
  );
});

test('a text of another form is the id of no shard', () => {
  expect(isShardId(shardId({ number: 255, openedAtMs: 1_414_562_045_508 }))).toBe(true);
  expect(isShardId('shard-00000001414562045508-000000ff')).toBe(false);
});

for (const sequence of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
  test(`the sequence number ${sequence} comes back from its text of 21 digits`, () => {
    expect(sequenceText(sequence)).toMatch(/^\d{21}$/);
    expect(sequenceOfText(sequenceText(sequence))).toBe(sequence);
  });
}

test('the texts of sequence numbers are in their order', () => {
  const numbers = [1, 9, 10, 99, 1e15].map(sequenceText);
  expect(numbers.toSorted()).toEqual(numbers);
});

for (const text of [
  '',
  '1',
  `2${'0'.repeat(20)}`,
  `1${'9'.repeat(20)}`,
  `1${'0'.repeat(21)}`,
  `1${'0'.repeat(19)}x`,
]) {
  test(`${text || 'an empty text'} is the sequence number of nothing`, () => {
    expect(sequenceOfText(text)).toBeUndefined();
  });
}
