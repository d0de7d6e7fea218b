import { describe, expect, test } from 'vitest';
import { credentialsOf, credentialsVariable, isLoopback } from '../../src/cli/credentials.ts';
import { CommandFault } from '../../src/cli/exit-code.ts';

describe('the callers a server lets in', () => {
  test('come from the options and the environment, which forgets them', () => {
    const environment = { [credentialsVariable]: 'B:two, C:with:colon\nD:four', HOME: 'kept' };
    expect(credentialsOf(['A:one'], environment)).toEqual([
      { accessKeyId: 'A', secretAccessKey: 'one' },
      { accessKeyId: 'B', secretAccessKey: 'two' },
      { accessKeyId: 'C', secretAccessKey: 'with:colon' },
      { accessKeyId: 'D', secretAccessKey: 'four' },
    ]);
    expect(environment).toEqual({ HOME: 'kept' });
  });

  test('are none when nothing names one', () => {
    expect(credentialsOf([], {})).toEqual([]);
  });

  for (const pair of ['onlysecretwithoutid', ':verysecret', 'AKID:', '']) {
    test(`a malformed pair is refused and not shown: "${pair}"`, () => {
      expect(() => credentialsOf([pair], {})).toThrow(CommandFault);
      const said = message(() => credentialsOf([pair], {}));
      expect(said).toContain('--access-key takes');
      if (pair !== '') expect(said).not.toContain(pair);
    });
  }

  test('one id with two secrets is refused', () => {
    expect(message(() => credentialsOf(['A:one', 'A:two'], {}))).toContain('given twice');
  });
});

function message(run: () => unknown): string {
  try {
    run();
  } catch (fault) {
    return String(fault);
  }
  return '';
}

describe('an address that only this machine reaches', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['', false],
    ['127.0.0.1.example.com', false],
    ['localhost.example.com', false],
    ['10.0.0.1', false],
    ['1270.0.0.1', false],
  ];
  for (const [host, local] of cases)
    test(`${host || '(empty)'}: ${local}`, () => expect(isLoopback(host)).toBe(local));
});
