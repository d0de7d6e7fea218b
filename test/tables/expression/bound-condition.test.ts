import { expect, test } from 'vitest';
import { compile, fault } from './support.ts';

test('a condition knows its paths, in the order of the text', () => {
  const { filter } = compile(
    'FilterExpression',
    'a = :v AND NOT (size(b.c) > d[0] OR #e IN (:v, f))',
    { v: 1 },
    { e: 'x.y' },
  );
  expect(filter?.paths).toEqual([['a'], ['b', 'c'], ['d', 0], ['x.y'], ['f']]);
});

test('placeholders are resolved before anything else of one condition is checked', () => {
  const undefinedName =
    'An expression attribute name used in the document path is not defined; attribute name: #n';
  const undefinedValue =
    'An expression attribute value used in expression is not defined; attribute value: :v';
  expect(fault('FilterExpression', 'begins_with(a, a, #n)')).toBe(undefinedName);
  expect(fault('FilterExpression', 'a = :v AND #n = b')).toBe(undefinedValue);
  expect(fault('FilterExpression', 'NOT (#n = :v)')).toBe(undefinedName);
  expect(fault('FilterExpression', 'a = a OR b = :v')).toMatch(/^The first operand must be distinct/);
});
