import { describe, expect, test } from 'vitest';
import { ParseFaults } from '../../../src/tables/expression/parse-faults.ts';

describe('of several faults the gravest is told', () => {
  test('in a condition', () => {
    const faults = new ParseFaults('condition');
    expect(faults.first()).toBeUndefined();
    faults.note('path', 'path');
    faults.noteReserved('name');
    expect(faults.first()).toBe('Attribute name is a reserved keyword; reserved keyword: name');
    faults.note('misusedFunction', 'misused');
    expect(faults.first()).toBe('misused');
    faults.note('unknownFunction', 'unknown');
    expect(faults.first()).toBe('unknown');
    faults.note('parentheses', 'parentheses');
    expect(faults.first()).toBe('parentheses');
  });
  test('in an update reserved words come before functions', () => {
    const faults = new ParseFaults('update');
    faults.note('section', 'section');
    faults.note('unknownFunction', 'unknown');
    expect(faults.first()).toBe('unknown');
    faults.noteReserved('Status');
    expect(faults.first()).toBe('Attribute name is a reserved keyword; reserved keyword: Status');
  });
  test('and of one kind the first', () => {
    const faults = new ParseFaults('projection');
    for (const word of ['date', 'name']) faults.noteReserved(word);
    expect(faults.first()).toMatch(/date$/);
  });
});

test('300 operators pass and the next one tells the whole count', () => {
  const faults = new ParseFaults('condition');
  for (let i = 0; i < 300; i++) faults.countOperator();
  expect(faults.first()).toBeUndefined();
  faults.countOperator();
  faults.countOperator();
  expect(faults.first()).toBe('The expression contains too many operators; operator count: 302');
});
