import { describe, expect, test } from 'vitest';
import { AssertionFault, IntegrityFault, Outage, Refusal } from '../../src/base/errors.ts';
import { CommandFault, exitCodeOf, sentenceOf, usageFault } from '../../src/cli/exit-code.ts';

const noAccess = Object.assign(new Error('EACCES: permission denied, open x'), { code: 'EACCES' });

describe('what a command says when it cannot go on', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['an outage', new Outage('StoreLocked'), 'Another process has this store open.'],
    [
      'an outage with a hint',
      new Outage('RootKeyMissing', { hint: 'Look.' }),
      /* both sentences */ 'The root key that opens this key service is not there. Look.',
    ],
    [
      'an outage of the system',
      new Outage('StoreUnavailable', { cause: noAccess }),
      'The store could not be read or written. (EACCES: permission denied, open x)',
    ],
    [
      'a refusal',
      new Refusal('TableNotFound', { table: 'T' }),
      'Requested resource not found: Table: T not found',
    ],
    [
      'tampering, with its place',
      new IntegrityFault({ tree: 3, page: 9 }),
      'Stored data failed its integrity check. (tree 3, page 9)',
    ],
    ['tampering without a place', new IntegrityFault(), 'Stored data failed its integrity check.'],
    ['a bug', new AssertionFault('x > 0'), 'This is a bug in cryptable: x > 0'],
    ['a wrong call', usageFault('Not both.'), 'Not both.'],
    ['any error', new Error('as it is'), 'as it is'],
    ['what is no error', 'text', 'text'],
  ];
  for (const [name, fault, sentence] of cases) test(name, () => expect(sentenceOf(fault)).toBe(sentence));

  test('a wrong call exits with 2, a command may choose, all else is 1', () => {
    expect(exitCodeOf(usageFault('Not both.'))).toBe(2);
    expect(exitCodeOf(new CommandFault('x', 1))).toBe(1);
    expect(exitCodeOf(new Outage('StoreLocked'))).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});
