import { describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { NextTokens } from '../../../src/tables/partiql/next-token.ts';
import { item, N, refusal, S } from '../support.ts';

const key = item({ pk: S('secret place'), sk: N(7) });
const scope = { tableArn: 'arn:t', statement: 'SELECT * FROM t WHERE pk = ?', parameters: [S('x'), N(1)] };
const invalid = 'The provided NextToken is invalid';

const newTokens = () => {
  const core = createFallbackCore();
  return new NextTokens({ core, key: core.generateKey() });
};

describe('a token', () => {
  const tokens = newTokens();
  const token = tokens.seal(key, scope);

  test('opens to the key that it was made of, which it does not show', () => {
    expect(tokens.open(token, scope)).toEqual(key);
    expect(Buffer.from(token, 'base64').includes('secret place')).toBe(false);
    expect(tokens.seal(key, scope)).not.toBe(token);
  });

  const others: [string, typeof scope][] = [
    ['another table', { ...scope, tableArn: 'arn:u' }],
    ['another statement', { ...scope, statement: 'SELECT * FROM t WHERE pk  = ?' }],
    ['other parameters', { ...scope, parameters: [S('x'), N(2)] }],
    ['parameters in another order', { ...scope, parameters: [N(1), S('x')] }],
    ['fewer parameters', { ...scope, parameters: [S('x')] }],
    [
      'parts put together otherwise',
      { ...scope, tableArn: 'arn:tS', statement: 'ELECT * FROM t WHERE pk = ?' },
    ],
  ];
  for (const [title, other] of others) {
    test(`does not open for ${title}`, () => {
      expect(refusal(() => tokens.open(token, other))).toBe(invalid);
    });
  }

  test('does not open with any one bit changed, cut, or by another key', () => {
    const bytes = Buffer.from(token, 'base64');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(refusal(() => tokens.open(changed.toString('base64'), scope))).toBe(invalid);
    }
    for (const cut of [0, 1, 50, bytes.length - 1]) {
      expect(refusal(() => tokens.open(bytes.subarray(0, cut).toString('base64'), scope))).toBe(invalid);
    }
    expect(refusal(() => tokens.open('not base64!', scope))).toBe(invalid);
    expect(refusal(() => newTokens().open(token, scope))).toBe(invalid);
  });
});
