import { Command, InvalidArgumentError } from 'commander';
import { describe, expect, test } from 'vitest';
import { matching, repeatable, wholeNumber } from '../../src/cli/option-parsers.ts';

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

test('an option may come several times, and help says none where it has no default', () => {
  const command = new Command().addOption(repeatable('--bucket <name>', 'a bucket'));
  expect(command.parse([], { from: 'user' }).opts()).toEqual({ bucket: [] });
  const given = new Command().addOption(repeatable('--bucket <name>', 'a bucket'));
  given.parse(['--bucket', 'a', '--bucket', 'b'], { from: 'user' });
  expect(given.opts()).toEqual({ bucket: ['a', 'b'] });
  expect(command.helpInformation()).toContain('a bucket (default: none)');
});
