import { expect, test } from 'vitest';
import { lastingIdentifier, newIdentifier, newSecret } from '../../src/iam/identifier.ts';

test.each([
  ['user', /^AIDA[A-Z2-7]{17}$/],
  ['role', /^AROA[A-Z2-7]{17}$/],
  ['policy', /^ANPA[A-Z2-7]{17}$/],
  ['access-key', /^AKIA[A-Z2-7]{16}$/],
  ['session', /^ASIA[A-Z2-7]{16}$/],
] as const)('an id of a %s has the form of AWS', (kind, form) => {
  expect(newIdentifier(kind)).toMatch(form);
});

test('nothing is drawn twice, and every character of a secret comes up', () => {
  const secrets = Array.from({ length: 500 }, newSecret);
  expect(secrets.every((secret) => /^[A-Za-z0-9+/]{40}$/.test(secret))).toBe(true);
  expect(new Set(secrets).size).toBe(500);
  expect(new Set(secrets.join('')).size).toBe(64);
});

test('a lasting id is the same each time, and another for another name, kind or account', () => {
  const id = lastingIdentifier('role', '111122223333', 'a');
  expect(id).toMatch(/^AROA[A-Z2-7]{17}$/);
  expect(lastingIdentifier('role', '111122223333', 'a')).toBe(id);
  const others = [
    lastingIdentifier('role', '111122223333', 'b'),
    lastingIdentifier('role', '999999999999', 'a'),
    lastingIdentifier('user', '111122223333', 'a').replace('AIDA', 'AROA'),
  ];
  expect(others).not.toContain(id);
});
