import { InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { matching, wholeNumber } from '../../src/cli/option-parsers.ts';

describe('a whole number', () => {
  const port = wholeNumber('--port', 65_535);
  for (const [text, number] of [
    ['0', 0],
    ['8000', 8000],
    ['65535', 65_535],
  ] as const) {
    test(`${text} is taken`, () => expect(port(text)).toBe(number));
  }
  for (const text of ['65536', '-1', '1.5', '0x10', '1e3', ' 1', '', 'NaN', '99999999999999999999']) {
    test(`"${text}" is refused`, () => expect(() => port(text)).toThrow(InvalidArgumentError));
  }
  test('may have a least', () => {
    expect(() => wholeNumber('--n', 9, 1)('0')).toThrow('--n takes a whole number from 1 to 9.');
  });
});

test('a text that must have a form is taken or refused with what it should be', () => {
  const account = matching(/^\d{12}$/, 'an account of twelve digits');
  expect(account('000000000000')).toBe('000000000000');
  expect(() => account('12')).toThrow('It takes an account of twelve digits.');
});
