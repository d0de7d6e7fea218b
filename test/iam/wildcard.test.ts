import { expect, test } from 'vitest';
import { matchesWildcard } from '../../src/iam/wildcard.ts';

for (const [pattern, text, fits] of [
  ['kms:decrypt', 'kms:decrypt', true],
  ['kms:decrypt', 'kms:decrypts', false],
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['*', 'anything', true],
  ['kms:*', 'kms:encrypt', true],
  ['kms:*', 'kms', false],
  ['*key*', 'kms:putkeypolicy', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['?', '', false],
  ['k?s', 'kms', true],
  ['k?s', 'kmms', false],
  ['*?', 'a', true],
  ['a.c', 'abc', false],
  ['**', 'a', true],
] as const) {
  test(`'${pattern}' ${fits ? 'fits' : 'does not fit'} '${text}'`, () =>
    expect(matchesWildcard(pattern, text)).toBe(fits));
}

test('no pattern of 32 KB takes long', () => {
  const startMs = performance.now();
  expect(matchesWildcard(`${'*a'.repeat(16_000)}b`, 'a'.repeat(2_000))).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(1_000);
});
