import { describe, expect, test } from 'vitest';
import { StatementCursor } from '../../../src/tables/partiql/statement-cursor.ts';
import { refusal } from '../support.ts';
import { malformed } from './support.ts';

describe('the cursor', () => {
  test('takes words in any case, and no quoted ones', () => {
    const cursor = new StatementCursor('SeLeCt "select"');
    expect(cursor.takeWord('SELECT')).toBe(true);
    expect(cursor.takeWord('SELECT')).toBe(false);
    expect(cursor.name()).toBe('select');
  });

  test('takes symbols, and no strings that look like them', () => {
    const cursor = new StatementCursor(`'?' ?`);
    expect(cursor.takeSymbol('?')).toBe(false);
    cursor.next();
    expect(cursor.isSymbol('?')).toBe(true);
    expect(cursor.takeSymbol('?')).toBe(true);
    expect(cursor.isSymbol('?')).toBe(false);
  });

  test('stays at the end, where it was one already', () => {
    const cursor = new StatementCursor('a');
    cursor.next();
    cursor.next();
    cursor.next();
    expect(cursor.peek().kind).toBe('end');
    expect(cursor.peek(5).kind).toBe('end');
  });

  test('reads lists of one and more', () => {
    expect(new StatementCursor('a').list(() => 1)).toEqual([1]);
    const cursor = new StatementCursor('a, b, c d');
    expect(cursor.list(() => cursor.name())).toEqual(['a', 'b', 'c']);
    expect(cursor.name()).toBe('d');
  });

  const ends: [string, boolean][] = [
    ['', true],
    [';', true],
    [';;', false],
    ['a', false],
    ["'", false],
  ];
  for (const [text, isEnd] of ends) {
    test(`finds ${JSON.stringify(text)} ${isEnd ? 'to be' : 'not to be'} an end`, () => {
      const sentence = refusal(() => new StatementCursor(text).expectEnd());
      expect(sentence).toBe(isEnd ? 'not refused' : malformed('Unexpected token after expression'));
    });
  }

  const faults: [string, string][] = [
    ['', 'Unexpected end of statement'],
    ["'a", 'Unclosed quote'],
    ['from', 'Unexpected keyword'],
    ['"from"', 'Unexpected token'],
    ['1', 'Unexpected token'],
  ];
  for (const [text, detail] of faults) {
    test(`says of ${JSON.stringify(text)}: ${detail}`, () => {
      expect(refusal(() => new StatementCursor(text).fault())).toBe(malformed(detail));
    });
  }

  test('bears 320 levels and no more', () => {
    const cursor = new StatementCursor('a');
    const nested = (levels: number): number => (levels === 0 ? 0 : cursor.deeper(() => nested(levels - 1)));
    expect(nested(320)).toBe(0);
    expect(nested(320)).toBe(0);
    expect(refusal(() => nested(321))).toBe(malformed('The statement is nested too deeply'));
  });
});
