import { describe, expect, test } from 'vitest';
import type { Item } from '../../../src/tables/attribute.ts';
import { parseActions } from '../../../src/tables/partiql/set-clause.ts';
import { StatementCursor } from '../../../src/tables/partiql/statement-cursor.ts';
import { StatementParts } from '../../../src/tables/partiql/statement-parts.ts';
import { item, L, M, N, refusal, S } from '../support.ts';
import { bound, malformed } from './support.ts';

const before = item({ n: N(5), l: L(N(1)), m: M({ a: S('x'), b: S('y') }), ss: { SS: ['a', 'b'] } });

function updated(actions: string, ...parameters: { N: string }[]): Item | undefined {
  const statement = bound(`UPDATE t ${actions}`, ...parameters);
  if (statement.kind !== 'update') throw new TypeError('it is an UPDATE');
  return statement.update?.apply(before, before);
}
const changed = (members: Parameters<typeof item>[0]) => new Map([...before, ...item(members)]);

describe('an update', () => {
  const cases: [string, Item][] = [
    [`SET a = 'x'`, changed({ a: S('x') })],
    ['SET a = n', changed({ a: N(5) })],
    ['set n = n + 1', changed({ n: N(6) })],
    ['SET n = 10 - n', changed({ n: N(5) })],
    ['SET n = n - -1', changed({ n: N(6) })],
    ['SET n=n-1', changed({ n: N(4) })],
    [`SET a = 1, b = 2 SET c = [3]`, changed({ a: N(1), b: N(2), c: L(N(3)) })],
    [
      `SET m.a = 'z' REMOVE m.b, ss`,
      new Map([...changed({ m: M({ a: S('z') }) })].filter(([name]) => name !== 'ss')),
    ],
    ['SET l[0] = 2', changed({ l: L(N(2)) })],
    ['SET l[9] = 2', changed({ l: L(N(1), N(2)) })],
    ['REMOVE l[0]', changed({ l: L() })],
    [`SET l = LIST_APPEND(l, ['x'])`, changed({ l: L(N(1), S('x')) })],
    [`SET l = list_append([0], l)`, changed({ l: L(N(0), N(1)) })],
    [`SET ss = set_add(ss, <<'c', 'a'>>)`, changed({ ss: { SS: ['a', 'b', 'c'] } })],
    [`SET more = SET_ADD(more, <<1>>)`, changed({ more: { NS: ['1'] } })],
    [`SET ss = set_delete(ss, <<'a'>>)`, changed({ ss: { SS: ['b'] } })],
  ];
  for (const [actions, expected] of cases) {
    test(`${actions} is applied`, () => {
      expect(updated(actions)).toEqual(expected);
    });
  }

  test('all is read from the item as it was', () => {
    expect(updated('SET a = n, n = ? SET b = n', { N: '7' })).toEqual(changed({ a: N(5), n: N(7), b: N(5) }));
  });

  const x = 'Invalid UpdateExpression: ';
  const faults: [string, string][] = [
    ['', malformed('Unexpected end of statement')],
    ['SET', malformed('Unexpected end of statement')],
    ['SET a', malformed('Unexpected end of statement')],
    ['SET a = ', malformed('Unexpected end of statement')],
    ['SET ? = 1', malformed('Unexpected token')],
    ['SET a = (1)', malformed('Unexpected token')],
    ['SET a = 1 + 2 + 3', malformed('Unexpected token after expression')],
    ['SET a = 1 * 2', malformed('Unexpected token after expression')],
    ['ADD a 1', malformed('Unexpected token')],
    ['REMOVE a = 1', malformed('Unexpected token after expression')],
    ['SET a = set_add(a)', malformed('Unexpected token')],
    ['SET a = set_add(a, b)', malformed('Unexpected token')],
    ['SET a = foo(a, 1)', `${x}Invalid function name; function: foo`],
    [
      'SET a = set_delete(b, <<1>>)',
      'The function must change the attribute that it is assigned to; function: set_delete',
    ],
    [
      'SET a = set_delete(a, [1])',
      `${x}Incorrect operand type for operator or function; operator or function: set_delete, operand type: L`,
    ],
    [
      `SET a = b + 'x'`,
      `${x}Incorrect operand type for operator or function; operator or function: +, operand type: S`,
    ],
    [
      'SET a = list_append(a, 1)',
      `${x}Incorrect operand type for operator or function; operator or function: list_append, operand type: N`,
    ],
    [
      'SET a = 1 REMOVE a',
      `${x}Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]`,
    ],
    ['SET a = gone', 'The provided expression refers to an attribute that does not exist in the item'],
    [`SET a = m + 1`, 'An operand in the update expression has an incorrect data type'],
  ];
  for (const [actions, sentence] of faults) {
    test(`${actions} is refused: ${sentence.slice(0, 80)}`, () => {
      expect(refusal(() => updated(actions))).toBe(sentence);
    });
  }

  test('ends where neither SET nor REMOVE follows', () => {
    const cursor = new StatementCursor('SET a = 1 REMOVE b WHERE c = 1');
    expect(parseActions(new StatementParts(cursor))).toHaveLength(2);
    expect(cursor.takeWord('WHERE')).toBe(true);
  });
});
