import { describe, expect, test } from 'vitest';
import { tableOf } from '../../../src/tables/partiql/bound-statement.ts';
import { item, N, refusal, S } from '../support.ts';
import { bound } from './support.ts';

describe('a bound statement', () => {
  test('has its parameters in their places', () => {
    expect(bound(`INSERT INTO t VALUE {'a': ?, 'b': [?, 1.0]}`, { S: 'x' }, { N: '02' })).toEqual({
      kind: 'insert',
      table: 't',
      item: item({ a: S('x'), b: { L: [N(2), N(1)] } }),
      itemBytes: 12,
    });
  });

  test('keeps what is not in it away', () => {
    expect(bound('SELECT * FROM t')).toEqual({ kind: 'select', from: { table: 't' } });
    expect(bound('DELETE FROM t')).toEqual({ kind: 'delete', table: 't' });
  });

  test('has the real names of what looks like placeholders', () => {
    const statement = bound(`SELECT "#x"[0] FROM t WHERE "#y" = 1`);
    if (statement.kind !== 'select') throw new TypeError('it is a SELECT');
    expect(statement.projection?.paths).toEqual([['#x', 0]]);
    expect(statement.where?.paths).toEqual([['#y']]);
    expect(statement.where?.holds(item({ '#y': N(1) }))).toBe(true);
  });

  test('names its table', () => {
    const texts = [
      'SELECT * FROM t',
      `INSERT INTO t VALUE {}`,
      'UPDATE t REMOVE a',
      'DELETE FROM t',
      'EXISTS(SELECT * FROM t)',
    ];
    expect(texts.map((text) => tableOf(bound(text)))).toEqual(texts.map(() => 't'));
  });
});

describe('a statement is refused', () => {
  const count = "Number of parameters in request and statement don't match.";
  const cases: [string, Parameters<typeof bound>[1][], string][] = [
    ['SELECT * FROM t WHERE a = ?', [], count],
    ['SELECT * FROM t WHERE a = ?', [{ S: '1' }, { S: '2' }], count],
    ['SELECT * FROM t', [{ S: '1' }], count],
    ['SELECT * FROM t WHERE a = ?', [{ N: 'x' }], 'The parameter cannot be converted to a numeric value: x'],
    [
      'SELECT * FROM t WHERE a = ?',
      [{}],
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
    [
      `INSERT INTO t VALUE {'a': 1e200}`,
      [],
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    ],
    [
      `INSERT INTO t VALUE {'': 1}`,
      [],
      'One or more parameter values were invalid: An attribute name must not be empty',
    ],
    [`INSERT INTO t VALUE {'a': <<1, 1.0>>}`, [], 'Input collection contains duplicates'],
    [
      `INSERT INTO t VALUE {'a': ${'['.repeat(33)}${']'.repeat(33)}}`,
      [],
      'Nesting Levels have exceeded supported limits',
    ],
    ['DELETE FROM t WHERE foo(a)', [], 'Invalid ConditionExpression: Invalid function name; function: foo'],
    [
      `INSERT INTO t VALUE {'a': ?}`,
      [{ S: 'x'.repeat(409_600) }],
      'Item size has exceeded the maximum allowed size',
    ],
    [
      'UPDATE t SET a = 1 WHERE a < ?',
      [{ BOOL: true }],
      'Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: <, operand type: BOOL',
    ],
  ];
  for (const [text, parameters, sentence] of cases) {
    test(`${text.slice(0, 50)} with ${JSON.stringify(parameters).slice(0, 40)}: ${sentence.slice(0, 60)}`, () => {
      const given = parameters.filter((each) => each !== undefined);
      expect(refusal(() => bound(text, ...given))).toBe(sentence);
    });
  }
});
