import { describe, expect, test } from 'vitest';
import { laidOut } from '../../../src/api/kms/policy-layout.ts';

describe('a policy is shown', () => {
  const rows: [what: string, given: object, shown: readonly string[]][] = [
    [
      'with its statements behind each other',
      { Version: '2012-10-17', Statement: [{ Sid: 'a', Action: ['kms:A', 'kms:B'] }, { Sid: 'b' }] },
      [
        '{',
        '  "Version" : "2012-10-17",',
        '  "Statement" : [ {',
        '    "Sid" : "a",',
        '    "Action" : [ "kms:A", "kms:B" ]',
        '  }, {',
        '    "Sid" : "b"',
        '  } ]',
        '}',
      ],
    ],
    [
      'with one statement as it was given, and conditions below it',
      { Statement: { Condition: { Bool: { 'kms:GrantIsForAWSResource': true, n: 1 } } } },
      [
        '{',
        '  "Statement" : {',
        '    "Condition" : {',
        '      "Bool" : {',
        '        "kms:GrantIsForAWSResource" : true,',
        '        "n" : 1',
        '      }',
        '    }',
        '  }',
        '}',
      ],
    ],
    ['with what is empty on one line', { a: [], b: {} }, ['{', '  "a" : [ ],', '  "b" : { }', '}']],
    ['with quotes in its texts', { Sid: 'a "b" \u00e9' }, ['{', '  "Sid" : "a \\"b\\" \u00e9"', '}']],
  ];
  for (const [what, given, shown] of rows) {
    test(what, () => {
      for (const text of [JSON.stringify(given), JSON.stringify(given, null, 7)]) {
        expect(laidOut(text)).toBe(shown.join('\n'));
      }
      expect(JSON.parse(laidOut(JSON.stringify(given)))).toEqual(given);
    });
  }

  test('as it is, where it is no JSON', () => {
    expect(laidOut('{ nothing')).toBe('{ nothing');
  });
});
