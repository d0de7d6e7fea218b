import { expect, test } from 'vitest';
import { SessionTokens } from '../../src/iam/session-token.ts';
import { account, identities } from '../support/identities.ts';
import { refusalOf } from '../support/refusal.ts';

const { core, key, clock, sessions } = identities();
const session = {
  accessKeyId: 'ASIAX',
  secret: 'secret',
  account,
  issuedMs: clock.nowMs(),
  expiresMs: clock.nowMs() + 900_000,
  policies: ['{"é":1}'],
};

test('what is sealed is known again, by another process with the key too, and shows nothing', () => {
  const token = sessions.seal(session);
  expect(sessions.open(token)).toEqual(session);
  expect(new SessionTokens({ core, key, clock }).open(token)).toEqual(session);
  expect(Buffer.from(token, 'base64').toString('latin1')).not.toMatch(/secret|ASIAX/);
  expect(sessions.seal(session)).not.toBe(token);
});

test('what was not sealed here opens to nothing', () => {
  const token = sessions.seal(session);
  for (let index = 0; index < token.length - 2; index += 7) {
    const other = token[index] === 'A' ? 'B' : 'A';
    expect(sessions.open(token.slice(0, index) + other + token.slice(index + 1))).toBeUndefined();
  }
  for (const made of ['', 'token', 'A'.repeat(400), `${token}A`, token.slice(4), 'x'.repeat(40_000)]) {
    expect(sessions.open(made)).toBeUndefined();
  }
  expect(new SessionTokens({ core, key: core.generateKey(), clock }).open(token)).toBeUndefined();
});

test('it is good to the last millisecond, and not in the next', async () => {
  clock.advance(899_999);
  expect(await refusalOf(() => sessions.requireInTime(session))).toBe('answered');
  clock.advance(1);
  expect(await refusalOf(() => sessions.requireInTime(session))).toBe(
    'TokenExpired: The security token included in the request is expired',
  );
});
