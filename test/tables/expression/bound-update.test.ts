import { describe, expect, test } from 'vitest';
import { compile, fault, type Shorts } from './support.ts';

const f = (text: string, values?: Shorts, names?: Record<string, string>) =>
  fault('UpdateExpression', text, values, names);
const operandType = (operator: string, type: string) =>
  `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;
const actionType = (operator: string, type: string) =>
  `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}`;
const operandCount = (name: string, count: number) =>
  'Incorrect number of operands for operator or function; ' +
  `operator or function: ${name}, number of operands: ${count}`;
const clash = (kind: string, one: string, two: string) =>
  `Two document paths ${kind} with each other; must remove or rewrite one of these paths; path one: ${one}, path two: ${two}`;
const undefinedName =
  'An expression attribute name used in the document path is not defined; attribute name: #n';
const undefinedValue = 'An expression attribute value used in expression is not defined; attribute value: :x';
const needsPath = 'Operator or function requires a document path; operator or function: if_not_exists';
const list = { L: [] };
const set = { SS: ['a'] };

describe('an update is refused for its operands', () => {
  const cases: [string, Shorts, string][] = [
    ['SET a = :x', {}, undefinedValue],
    ['SET #n = :x', {}, undefinedName],
    ['SET a = :x, b = #n', {}, undefinedName],
    ['ADD a :x REMOVE #n', {}, undefinedName],
    ['DELETE a :x', {}, undefinedValue],
    ['SET a = :v, a = :v', { v: 1 }, clash('overlap', '[a]', '[a]')],
    ['SET m.n = :v REMOVE m.n', { v: 1 }, clash('overlap', '[m, n]', '[m, n]')],
    ['SET a.b = :v ADD a :v', { v: 1 }, clash('overlap', '[a, b]', '[a]')],
    ['SET a.b = :v REMOVE a[1]', { v: 1 }, clash('conflict', '[a, b]', '[a, [1]]')],
    ['SET a = :v + b', { v: 'x' }, operandType('+', 'S')],
    ['SET a = b - :v', { v: list }, operandType('-', 'L')],
    ['SET a = list_append(b, :v)', { v: 'x' }, operandType('list_append', 'S')],
    ['SET a = list_append(:v, b)', { v: set }, operandType('list_append', 'SS')],
    ['SET a = if_not_exists(:v, :v)', { v: 1 }, needsPath],
    ['SET a = if_not_exists(:x, :v)', { v: 1 }, undefinedValue],
    ['SET a = if_not_exists(if_not_exists(b, :v), :v)', { v: 1 }, needsPath],
    ['SET a = if_not_exists(b)', {}, operandCount('if_not_exists', 1)],
    ['SET a = list_append(b, c, d)', {}, operandCount('list_append', 3)],
    ['ADD a :v', { v: 'x' }, actionType('ADD', 'STRING')],
    ['ADD a :v', { v: { B: Uint8Array.of(1) } }, actionType('ADD', 'BINARY')],
    ['ADD a :v', { v: null }, actionType('ADD', 'NULL')],
    ['ADD a :v', { v: true }, actionType('ADD', 'BOOLEAN')],
    ['ADD a :v', { v: list }, actionType('ADD', 'LIST')],
    ['ADD a :v', { v: { M: new Map() } }, actionType('ADD', 'MAP')],
    ['DELETE a :v', { v: 1 }, actionType('DELETE', 'NUMBER')],
    ['DELETE a :v', { v: 'x' }, actionType('DELETE', 'STRING')],
  ];
  for (const [text, values, sentence] of cases) {
    test(`${text} ${JSON.stringify(values)}`, () => expect(f(text, values)).toBe(sentence));
  }
});

describe('the kinds of faults come in their order', () => {
  const cases: [string, Shorts, string][] = [
    ['SET a = :x, b = :v, b = :v', { v: 1 }, undefinedValue],
    ['SET a = :v, a.b = :v, c.d = :v, c[0] = :v', { v: 1 }, clash('overlap', '[a]', '[a, b]')],
    ['SET c.d = :v, c[0] = :v ADD e :v', { v: 'x' }, clash('conflict', '[c, d]', '[c, [0]]')],
    ['SET a = :v + :v ADD e :v', { v: 'x' }, actionType('ADD', 'STRING')],
  ];
  for (const [text, values, sentence] of cases) test(text, () => expect(f(text, values)).toBe(sentence));
});

describe('what may stand, stands', () => {
  const cases: [string, Shorts][] = [
    ['SET a = b, b = a', {}],
    ['SET a = a + :v', { v: 1 }],
    ['SET a.b = :v, a.c = a', { v: 1 }],
    ['ADD a :v, b :w', { v: 1, w: set }],
    ['DELETE a :v', { v: { NS: ['1'] } }],
    ['SET a = if_not_exists(b, :v) + :v', { v: 1 }],
    ['SET a[0] = :v, a[1] = :v', { v: 1 }],
  ];
  for (const [text, values] of cases) {
    test(text, () => expect(compile('UpdateExpression', text, values).update).toBeDefined());
  }
  test('a placeholder is one step of a path', () => {
    const { update } = compile('UpdateExpression', 'SET s = :v, #sn = :v', { v: 1 }, { sn: 's.n' });
    expect(update?.targets).toEqual([['s'], ['s.n']]);
  });
});

test('an update knows what it writes and what it reads', () => {
  const { update } = compile(
    'UpdateExpression',
    'SET a.b = c + if_not_exists(#d.e, f) REMOVE g[0] ADD h :v',
    { v: 1 },
    { d: 'D' },
  );
  expect(update?.targets).toEqual([['a', 'b'], ['g', 0], ['h']]);
  expect(update?.sources).toEqual([['c'], ['D', 'e'], ['f']]);
});
