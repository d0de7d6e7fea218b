import { describe, expect, test } from 'vitest';
import { predicateOf } from '../../../src/tables/expression/evaluate.ts';
import { item, L, M, N, refusal, S } from '../support.ts';
import { bound, malformed } from './support.ts';

const example = item({
  s: S('text'),
  n: N(5),
  b: { BOOL: true },
  nothing: { NULL: true },
  l: L(N(1), S('two')),
  m: M({ k: S('v') }),
  ss: { SS: ['a', 'b'] },
});

function holds(where: string, ...parameters: { S: string }[]): boolean {
  const statement = bound(`SELECT * FROM t WHERE ${where}`, ...parameters);
  if (statement.kind !== 'select' || statement.where === undefined) throw new TypeError('it is a SELECT');
  expect(predicateOf(statement.where.tree)(example)).toBe(statement.where.holds(example));
  return statement.where.holds(example);
}

describe('WHERE', () => {
  const cases: [string, boolean][] = [
    [`s = 'text'`, true],
    [`'text' = s`, true],
    [`((s)) = ('text')`, true],
    [`((s = 'text'))`, true],
    ['n != 4', true],
    ['n <> 5', false],
    ['n < 5', false],
    ['n <= 5.0', true],
    ['n > -1', true],
    ['n >= 5e0', true],
    ['n BETWEEN 1 AND 5', true],
    [`n between 6 and 9`, false],
    [`n BETWEEN 1 AND 5 AND s = 'x'`, false],
    [`n IN [1, 5]`, true],
    [`n in (1, 2)`, false],
    [`n NOT IN [1, 2]`, true],
    [`n not in (1, 5)`, false],
    [`gone NOT IN [1]`, true],
    [`NOT n NOT IN [1, 2] AND s = 'text'`, false],
    ['n NOT BETWEEN 1 AND 5', false],
    [`n NOT BETWEEN 6 AND 9 AND s = 'text'`, true],
    [`n IN [1] OR n IN [5]`, true],
    [`n = 1 OR n = 5 AND s = 'x'`, false],
    [`(n = 5 OR n = 1) AND s = 'x'`, false],
    [`n = 5 OR n = 1 AND s = 'x'`, true],
    [`NOT n = 1`, true],
    [`NOT NOT n = 1`, false],
    [`NOT NOT NOT n = 1`, true],
    [`NOT n = 1 AND s = 'text'`, true],
    ['gone IS MISSING', true],
    ['gone is not missing', false],
    ['nothing IS MISSING', false],
    ['nothing IS NULL', true],
    ['nothing = NULL', true],
    ['gone IS NULL', false],
    ['gone IS NOT NULL', true],
    ['s IS STRING', true],
    ['s IS NOT S', false],
    ['n IS NUMBER', true],
    ['b IS BOOLEAN', true],
    ['l IS LIST', true],
    ['m IS MAP', true],
    ['ss IS SS', true],
    [`begins_with(s, 'te')`, true],
    [`BEGINS_WITH("s", 'ex')`, false],
    [`contains(ss, 'b')`, true],
    [`Contains(l, 'two')`, true],
    [`attribute_type(n, 'N')`, true],
    ['size(s) = 4', true],
    ['3 < SIZE(s)', true],
    ['size(l) BETWEEN 1 AND 2', true],
    ['size(n) = 1', false],
    [`l = [1, 'two']`, true],
    [`m = {'k': 'v'}`, true],
    [`ss = <<'b', 'a'>>`, true],
    [`m.k = 'v' AND l[0] = 1`, true],
  ];
  for (const [where, expected] of cases) {
    test(`${where} ${expected ? 'holds' : 'does not hold'}`, () => {
      expect(holds(where)).toBe(expected);
    });
  }

  test('parameters are counted in the order of the text', () => {
    expect(holds('s = ? AND s <> ?', text('text'), text('other'))).toBe(true);
    expect(holds('s = ? AND s <> ?', text('other'), text('text'))).toBe(false);
  });

  const x = 'Invalid FilterExpression: ';
  const misused = (name: string) =>
    `${x}The function is not allowed to be used this way in an expression; function: ${name}`;
  const faults: [string, string][] = [
    ['a', malformed('Unexpected end of statement')],
    ['1', malformed('Unexpected end of statement')],
    ['a =', malformed('Unexpected end of statement')],
    ['a == 1', malformed('Unexpected token')],
    ['a = 1 AND', malformed('Unexpected end of statement')],
    ['(a = 1', malformed('Unexpected end of statement')],
    ['a IN []', malformed('Unexpected token')],
    ['a IN 1', malformed('Unexpected token')],
    ['a NOT 1', malformed('Unexpected keyword')],
    [`a NOT 'IN'`, malformed('Unexpected keyword')],
    ['a NOT IS NULL', malformed('Unexpected keyword')],
    ['a NOT IN []', malformed('Unexpected token')],
    ['a IN [1)', malformed('Unexpected token')],
    ['a BETWEEN 1', malformed('Unexpected end of statement')],
    ['a IS 5', malformed('Unexpected token')],
    ['1 IS NULL', malformed('Unexpected keyword')],
    ['a LIKE 1', malformed('Unexpected token')],
    ['(a = 1) = 2', malformed('Unexpected token')],
    ['a + 1 = 2', malformed('Unexpected token')],
    ['size(a)', misused('size')],
    [`begins_with(a, 'b') = 1`, misused('begins_with')],
    ['attribute_exists(a)', `${x}Invalid function name; function: attribute_exists`],
    ['foo(a)', `${x}Invalid function name; function: foo`],
    ['foo(a) AND size(a)', `${x}Invalid function name; function: foo`],
    [
      'begins_with(a)',
      `${x}Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1`,
    ],
    [
      'a = a',
      `${x}The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]`,
    ],
    [
      'a BETWEEN 2 AND 1',
      `${x}The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}`,
    ],
  ];
  for (const [where, sentence] of faults) {
    test(`${where} is refused: ${sentence.slice(0, 90)}`, () => {
      expect(refusal(() => holds(where))).toBe(sentence);
    });
  }

  test('300 operators are borne, and one more is told with their count', () => {
    const where = (count: number) => Array(count).fill('a=1').join(' AND ');
    expect(refusal(() => bound(`SELECT * FROM t WHERE ${where(150)}`))).toBe('not refused');
    expect(refusal(() => bound(`SELECT * FROM t WHERE ${where(151)}`))).toBe(
      `${x}The expression contains too many operators; operator count: 301`,
    );
  });
});

function text(text: string): { S: string } {
  return { S: text };
}
