import { describe, expect, test } from 'vitest';
import { TokenCursor } from '../../../src/tables/expression/tokens.ts';
import { parseUpdate, type SetValue } from '../../../src/tables/expression/update.ts';
import { refusal } from '../support.ts';

const parsed = (text: string) => parseUpdate(new TokenCursor('UpdateExpression', text));
const fault = (text: string) => refusal(() => parsed(text)).replace(/^Invalid UpdateExpression: /, '');

function shownValue(value: SetValue): string {
  if (value.kind === 'path') return value.path.join('.');
  if (value.kind === 'value') return value.ref;
  const operands = value.operands.map(shownValue);
  return value.kind === 'sum' ? operands.join(` ${value.op} `) : `${value.name}(${operands.join(', ')})`;
}

const shown = (text: string): string[] =>
  parsed(text).map((action) => {
    const path = action.path.join('.');
    if (action.kind === 'SET') return `SET ${path} = ${shownValue(action.value)}`;
    return action.kind === 'REMOVE' ? `REMOVE ${path}` : `${action.kind} ${path} ${action.ref}`;
  });

describe('an update is read', () => {
  const cases: [string, string[]][] = [
    ['SET a = :v', ['SET a = :v']],
    ['set a=:v,b.c[0]=d', ['SET a = :v', 'SET b.c.0 = d']],
    ['SET a = a + :v, b = :v - c', ['SET a = a + :v', 'SET b = :v - c']],
    ['SET a = (a + :v), b = (:v), c = ((a)) - (:v)', ['SET a = a + :v', 'SET b = :v', 'SET c = a - :v']],
    ['SET a = if_not_exists(a, :v) + :w', ['SET a = if_not_exists(a, :v) + :w']],
    ['SET a = list_append(if_not_exists(a, :v), :w)', ['SET a = list_append(if_not_exists(a, :v), :w)']],
    [
      'SET a = if_not_exists(a, if_not_exists(b, list_append(c, :v)))',
      ['SET a = if_not_exists(a, if_not_exists(b, list_append(c, :v)))'],
    ],
    [
      'REMOVE a, b[1] ADD c :v DELETE d :w, e :x',
      ['REMOVE a', 'REMOVE b.1', 'ADD c :v', 'DELETE d :w', 'DELETE e :x'],
    ],
    ['Remove a Set b = :v', ['REMOVE a', 'SET b = :v']],
    ['SET if_not_exists = :v', ['SET if_not_exists = :v']],
  ];
  for (const [text, expected] of cases) test(text, () => expect(shown(text)).toEqual(expected));
});

describe('what is no update is a syntax error', () => {
  const cases: [string, string][] = [
    ['INVALID SYNTAX HERE', 'token: "INVALID", near: "INVALID SYNTAX"'],
    ['SET _123', 'token: "_", near: "SET _123"'],
    ['SET', 'token: "<EOF>", near: "SET"'],
    ['SET a', 'token: "<EOF>", near: "a"'],
    ['SET a = :v,', 'token: "<EOF>", near: ","'],
    ['SET a = :v b = :w', 'token: "b", near: ":v b ="'],
    ['SET a = b + c + d', 'token: "+", near: "c + d"'],
    ['SET a = (b + c) + d', 'token: "+", near: ") + d"'],
    ['SET a = b + (c + d)', 'token: "+", near: "c + d"'],
    ['SET a = if_not_exists(:x + :y, :z)', 'token: "+", near: ":x + :y"'],
    ['SET a = list_append()', 'token: ")", near: "()"'],
    ['SET a = ()', 'token: ")", near: "()"'],
    ['SET a = :v)', 'token: ")", near: ":v)"'],
    ['SET a == :v', 'token: "=", near: "== :v"'],
    ['SET :v = a', 'token: ":v", near: "SET :v ="'],
    ['SET a = 5', 'token: "5", near: "= 5"'],
    ['SET a = -:v', 'token: "-", near: "= -:v"'],
    ['SET a = b * c', 'token: "*", near: "b * c"'],
    ['ADD a b', 'token: "b", near: "a b"'],
    ['ADD a = :v', 'token: "=", near: "a = :v"'],
    ['DELETE a', 'token: "<EOF>", near: "a"'],
    ['REMOVE a :v', 'token: ":v", near: "a :v"'],
    ['REMOVE', 'token: "<EOF>", near: "REMOVE"'],
    ['a = :v', 'token: "a", near: "a ="'],
    ['SET a = str_set bad_value', 'token: "bad_value", near: "str_set bad_value"'],
    [' ', 'token: "<EOF>", near: ""'],
  ];
  for (const [text, expected] of cases)
    test(text, () => expect(fault(text)).toBe(`Syntax error; ${expected}`));
});

describe('what the grammar takes and the rules do not', () => {
  const misused = (name: string) =>
    `The function is not allowed to be used this way in an expression; function: ${name}`;
  const section = (name: string) => `The "${name}" section can only be used once in an update expression;`;
  const reserved = (name: string) => `Attribute name is a reserved keyword; reserved keyword: ${name}`;
  const cases: [string, string][] = [
    ['SET a = f(b)', 'Invalid function name; function: f'],
    ['SET a = List_Append(b, :v)', 'Invalid function name; function: List_Append'],
    ['SET a = list_append(list_append(b, :v), :w)', misused('list_append')],
    ['SET a = size(b)', misused('size')],
    ['SET a = attribute_exists(b)', misused('attribute_exists')],
    ['SET a = :v SET b = :w', section('SET')],
    ['REMOVE a remove b', section('REMOVE')],
    ['ADD a :v DELETE b :v ADD c :v', section('ADD')],
    ['SET name = :v', reserved('name')],
    ['SET a = data', reserved('data')],
    ['REMOVE a.set', reserved('set')],
    ['SET set = :v', reserved('set')],
    ['SET name = f(b) SET c = :v', reserved('name')],
    ['SET a = f(b) SET c = :v', 'Invalid function name; function: f'],
  ];
  for (const [text, expected] of cases) test(text, () => expect(fault(text)).toBe(expected));
});

describe('limits hold before anything grows', () => {
  test('300 operators and functions pass and 301 do not', () => {
    const sums = (count: number) => `SET ${Array.from({ length: count }, () => 'a=b+c').join(',')}`;
    expect(fault(sums(300))).toBe('not refused');
    expect(fault(sums(301))).toBe('The expression contains too many operators; operator count: 301');
  });
  test('parentheses and functions without end are refused', () => {
    expect(fault(`SET a=${'('.repeat(2000)}:v${')'.repeat(2000)}`)).toMatch(/^Syntax error/);
    expect(fault(`SET a=${'('.repeat(300)}:v${')'.repeat(300)}`)).toBe('not refused');
    expect(fault(`SET a=${'if_not_exists(b,'.repeat(200)}:v${')'.repeat(200)}`)).toBe('not refused');
  });
});

describe('R-JS-2: work grows with the length of the text', () => {
  const repeated = (n: number, text: string, joint = ',') =>
    Array.from({ length: n }, () => text).join(joint);
  const shapes: [string, (n: number) => string][] = [
    ['assignments', (n) => `SET ${repeated(n, 'a=:v')}`],
    ['removals', (n) => `REMOVE ${repeated(n, 'a')}`],
    ['nested functions', (n) => `SET a=${repeated(n, 'if_not_exists(b,', '')}:v${')'.repeat(n)}`],
    ['open parentheses', (n) => `SET a=${'('.repeat(n)}`],
    ['sections', (n) => repeated(n, 'SET a=:v', ' ')],
  ];
  const work = (text: string): number => {
    const cursor = new TokenCursor('UpdateExpression', text);
    try {
      parseUpdate(cursor);
    } catch {
      // A refusal's work counts as well.
    }
    return cursor.steps;
  };
  for (const [name, make] of shapes) {
    test(name, () => {
      for (const n of [25, 50, 100]) expect(work(make(2 * n)) / work(make(n))).toBeLessThanOrEqual(2.5);
    });
  }
});
