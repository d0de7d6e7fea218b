import { describe, expect, test } from 'vitest';
import { compile, fault, type Shorts } from './support.ts';

const f = (text: string, values?: Shorts, names?: Record<string, string>) =>
  fault('ConditionExpression', text, values, names);
const operandType = (operator: string, type: string) =>
  `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`;
const operandCount = (name: string, count: number) =>
  'Incorrect number of operands for operator or function; ' +
  `operator or function: ${name}, number of operands: ${count}`;
const notDistinct = (operator: string, path: string) =>
  'The first operand must be distinct from the remaining operands for this operator or function; ' +
  `operator: ${operator}, first operand: ${path}`;
const needsPath = (name: string) =>
  `Operator or function requires a document path; operator or function: ${name}`;
const undefinedValue = (ref: string) =>
  `An expression attribute value used in expression is not defined; attribute value: ${ref}`;
const undefinedName = (ref: string) =>
  `An expression attribute name used in the document path is not defined; attribute name: ${ref}`;
const binary = { B: Uint8Array.of(1) };

describe('a condition is refused for its operands', () => {
  const cases: [string, Shorts, string][] = [
    ['a = :v', {}, undefinedValue(':v')],
    ['#a = :v', {}, undefinedName('#a')],
    ['a.#b = :v', {}, undefinedName('#b')],
    [':v = #a', {}, undefinedValue(':v')],
    ['attribute_exists(a, b)', {}, operandCount('attribute_exists', 2)],
    ['attribute_not_exists(a, b, c)', {}, operandCount('attribute_not_exists', 3)],
    ['begins_with(a)', {}, operandCount('begins_with', 1)],
    ['contains(a)', {}, operandCount('contains', 1)],
    ['attribute_type(a)', {}, operandCount('attribute_type', 1)],
    ['size(a, b) = :v', { v: 1 }, operandCount('size', 2)],
    ['attribute_exists(:v)', { v: 'a' }, needsPath('attribute_exists')],
    ['attribute_not_exists(size(a))', {}, needsPath('attribute_not_exists')],
    ['attribute_type(a, b)', {}, operandType('attribute_type', '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}')],
    ['attribute_type(a, :v)', { v: 1 }, operandType('attribute_type', 'N')],
    ['attribute_type(a, :v)', { v: { SS: ['S'] } }, operandType('attribute_type', 'SS')],
    [
      'attribute_type(a, :v)',
      { v: 'STRING' },
      'Invalid attribute type name found; type: STRING, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    ['begins_with(a, :v)', { v: 1 }, operandType('begins_with', 'N')],
    ['begins_with(:v, a)', { v: { L: [] } }, operandType('begins_with', 'L')],
    ['begins_with(a, :v)', { v: null }, operandType('begins_with', 'NULL')],
    ['size(:v) = a', { v: 1 }, operandType('size', 'N')],
    ['size(:v) = a', { v: true }, operandType('size', 'BOOL')],
    ['size(:v) = a', { v: null }, operandType('size', 'NULL')],
    ['a = a', {}, notDistinct('=', '[a]')],
    ['a.b[0] < a.b[0]', {}, notDistinct('<', '[a, b, [0]]')],
    ['contains(a, a)', {}, notDistinct('contains', '[a]')],
    ['begins_with(a, a)', {}, notDistinct('begins_with', '[a]')],
    ['a < :v', { v: true }, operandType('<', 'BOOL')],
    ['a >= :v', { v: null }, operandType('>=', 'NULL')],
    [':v > a', { v: { L: [] } }, operandType('>', 'L')],
    ['a <= :v', { v: { M: new Map() } }, operandType('<=', 'M')],
    ['a < :v', { v: { SS: ['a'] } }, operandType('<', 'SS')],
    ['a BETWEEN :v AND :w', { v: true, w: 1 }, operandType('BETWEEN', 'BOOL')],
    [
      'a BETWEEN :v AND :w',
      { v: 'a', w: 1 },
      'The BETWEEN operator requires same data type for lower and upper bounds; ' +
        'lower bound operand: AttributeValue: {S:a}, upper bound operand: AttributeValue: {N:1}',
    ],
    [
      'a BETWEEN :v AND :w',
      { v: 'b', w: 'a' },
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
        'lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}',
    ],
    [
      'a BETWEEN :v AND :w',
      { v: 10, w: 9 },
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ' +
        'lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:9}',
    ],
  ];
  for (const [text, values, sentence] of cases)
    test(`${text} ${JSON.stringify(values)}`, () => {
      expect(f(text, values)).toBe(sentence);
    });

  test('the same path by two spellings', () => {
    expect(f('a = #x', {}, { x: 'a' })).toBe(notDistinct('=', '[a]'));
  });
});

describe('the first faulty condition is told, and in it the first kind of fault', () => {
  const cases: [string, Shorts, string][] = [
    ['a = a AND b = :v', {}, notDistinct('=', '[a]')],
    ['b = :v AND a = a', {}, undefinedValue(':v')],
    ['contains(size(:n), :v)', { n: 1 }, undefinedValue(':v')],
    ['begins_with(a, a, :v)', { v: 1 }, operandCount('begins_with', 3)],
    ['begins_with(a, :n) OR size(:n) = :v', { n: 1 }, operandType('begins_with', 'N')],
    ['attribute_type(size(:n))', { n: 1 }, operandCount('attribute_type', 1)],
    ['size(:n) = size(a, b)', { n: 1 }, operandCount('size', 2)],
    ['size(:n) IN (a, size(b, b))', { n: 1 }, operandCount('size', 2)],
    ['size(size(a)) = b', {}, operandType('size', 'N')],
    ['begins_with(a, size(b))', {}, operandType('begins_with', 'N')],
    ['attribute_type(a, size(b))', {}, operandType('attribute_type', 'N')],
  ];
  for (const [text, values, sentence] of cases) test(text, () => expect(f(text, values)).toBe(sentence));
});

describe('what may stand, stands', () => {
  const cases: [string, Shorts][] = [
    ['a = :v', { v: null }],
    ['a <> :v', { v: { L: [] } }],
    [':v = :v', { v: 1 }],
    [':v < :w', { v: 1, w: 'a' }],
    ['a BETWEEN :v AND :v', { v: 1 }],
    ['a BETWEEN b AND c', {}],
    ['a BETWEEN a AND a', {}],
    ['a IN (a, :v, :w)', { v: 1, w: true }],
    ['attribute_type(:v, :t)', { v: 1, t: 'BOOL' }],
    ['begins_with(:v, a)', { v: binary }],
    ['contains(:v, a)', { v: { L: [] } }],
    ['contains(a, :v)', { v: { M: new Map() } }],
    ['size(:v) > a', { v: 'text' }],
    ['a = b', {}],
    ['a[0] = a[1]', {}],
  ];
  for (const [text, values] of cases) {
    test(text, () => expect(compile('FilterExpression', text, values).filter).toBeDefined());
  }
  test('every type name', () => {
    for (const t of ['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'BOOL', 'NULL']) {
      expect(compile('ConditionExpression', 'attribute_type(a, :t)', { t }).condition).toBeDefined();
    }
  });
});
