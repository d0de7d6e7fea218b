import { expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { GrantTokens } from '../../../src/kms/embedded/grant-token.ts';
import { refusalOf } from '../../support/refusal.ts';

const core = createFallbackCore();
const tokensOf = (byte: number) => new GrantTokens(core, core.importKey(new Uint8Array(32).fill(byte)));
const grant = { keyArn: 'arn:aws:kms:us-east-1:111122223333:key/k', grantId: 'a'.repeat(64) };

test('a token names its grant, and each one is another', () => {
  const tokens = tokensOf(1);
  const made = [tokens.make(grant), tokens.make(grant)];
  expect(new Set(made).size).toBe(2);
  for (const token of made) {
    expect(tokens.open(token)).toEqual(grant);
    expect(token).not.toContain(grant.grantId);
  }
});

test('a token that was changed, cut, made up or given by another store is none (E8)', async () => {
  const tokens = tokensOf(1);
  const token = tokens.make(grant);
  const flipped = Buffer.from(token, 'base64url');
  flipped[20] = (flipped[20] ?? 0) ^ 1;
  const others = [flipped.toString('base64url'), token.slice(4), 'made up', tokensOf(2).make(grant)];
  for (const other of others) expect(await refusalOf(() => tokens.open(other))).toBe('InvalidGrantToken');
});

test('closed tokens are opened no more', () => {
  const tokens = tokensOf(1);
  const token = tokens.make(grant);
  tokens.close();
  expect(() => tokens.open(token)).toThrow();
});
