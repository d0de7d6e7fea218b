import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../../src/base/errors.ts';
import { bindStatement } from '../../../src/tables/partiql/bound-statement.ts';
import { parseStatement, parseStatementAt } from '../../../src/tables/partiql/parse-statement.ts';
import { StatementCursor } from '../../../src/tables/partiql/statement-cursor.ts';
import { refusal } from '../support.ts';
import { anyStatement, malformed, Printer } from './support.ts';

describe('a statement', () => {
  const cases: [string, object][] = [
    ['SELECT * FROM t', { kind: 'select', from: { table: 't' } }],
    ['select * from "t-1"."i";', { kind: 'select', from: { table: 't-1', index: 'i' } }],
    [
      'SELECT a.b[1], "c d" FROM T.I',
      {
        kind: 'select',
        from: { table: 'T', index: 'I' },
        paths: [['a', 'b', 1], ['c d']],
      },
    ],
    [
      'SELECT * FROM t ORDER BY a DESC, b',
      {
        kind: 'select',
        from: { table: 't' },
        order: [
          { name: 'a', descending: true },
          { name: 'b', descending: false },
        ],
      },
    ],
    [`INSERT INTO t VALUE {'a': 1}`, { kind: 'insert', table: 't', item: ':0' }],
    [
      'update t set a = 1, b = b + ? remove c set d = e',
      {
        kind: 'update',
        table: 't',
        actions: [
          { kind: 'SET', path: ['a'], value: { kind: 'value', ref: ':0' } },
          {
            kind: 'SET',
            path: ['b'],
            value: {
              kind: 'sum',
              op: '+',
              operands: [
                { kind: 'path', path: ['b'] },
                { kind: 'value', ref: ':1' },
              ],
            },
          },
          { kind: 'REMOVE', path: ['c'] },
          { kind: 'SET', path: ['d'], value: { kind: 'path', path: ['e'] } },
        ],
      },
    ],
    ['DELETE FROM t RETURNING ALL OLD *', { kind: 'delete', table: 't', returning: 'ALL_OLD' }],
    [
      'UPDATE t REMOVE a RETURNING MODIFIED NEW *',
      {
        kind: 'update',
        table: 't',
        actions: [{ kind: 'REMOVE', path: ['a'] }],
        returning: 'UPDATED_NEW',
      },
    ],
    ['EXISTS (SELECT * FROM t)', { kind: 'exists', select: { kind: 'select', from: { table: 't' } } }],
  ];
  for (const [text, body] of cases) {
    test(`is parsed: ${text}`, () => {
      expect(parseStatement(text).body).toEqual(body);
    });
  }

  const faults: [string, string][] = [
    ['', 'Unexpected end of statement'],
    ['SELECT', 'Unexpected end of statement'],
    ['SELECT FROM t', 'Unexpected keyword'],
    ['SELEC * FROM t', 'Unexpected token'],
    ['SELECT * FROM t WHERE', 'Unexpected end of statement'],
    ['SELECT * FROM t extra', 'Unexpected token after expression'],
    ['SELECT * FROM t; SELECT * FROM t', 'Unexpected token after expression'],
    ['SELECT * FROM t LIMIT 1', 'Unexpected token after expression'],
    ['SELECT DISTINCT a FROM t', 'Unexpected token'],
    ['SELECT * FROM t, u', 'Unexpected token after expression'],
    ['SELECT * FROM t -- all of it', 'Unexpected token after expression'],
    ['SELECT /* what */ * FROM t', 'Unexpected token'],
    [`SELECT * FROM t WHERE a = 'x`, 'Unclosed quote'],
    ['SELECT * FROM "t', 'Unclosed quote'],
    ['SELECT * FROM ""', 'Unexpected token'],
    ['SELECT a[-1] FROM t', 'Unexpected token'],
    ['SELECT a[1.0] FROM t', 'Unexpected token'],
    ['INSERT INTO t VALUES {}', 'Unexpected token'],
    ['INSERT INTO t VALUE ?', 'Unexpected token'],
    [`INSERT INTO t VALUE {'a': 1, 'a': 2}`, 'Unexpected token'],
    ['UPDATE t WHERE a = 1', 'Unexpected keyword'],
    ['UPDATE t SET a = 1 RETURNING ALL *', 'Unexpected end of statement'],
    ['DELETE FROM t RETURNING ALL NEW *', 'Unexpected end of statement'],
    ['DROP TABLE t', 'Unexpected token'],
    ['EXISTS(DELETE FROM t)', 'Unexpected keyword'],
  ];
  for (const [text, detail] of faults) {
    test(`is refused: ${text}`, () => {
      expect(refusal(() => parseStatement(text))).toBe(malformed(detail));
    });
  }
});

test('a parsed statement, printed and parsed again, is the same', () => {
  fc.assert(
    fc.property(anyStatement, (text) => {
      const parsed = parseStatement(text);
      expect(parseStatement(new Printer(parsed).text())).toEqual(parsed);
    }),
    { numRuns: 500 },
  );
});

const shreds = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...`SELECT * FROM WHERE t "t" INSERT INTO VALUE UPDATE SET REMOVE DELETE RETURNING ALL OLD EXISTS ( ) [ ] { } << >> , . = < ? ' '' " : - -- + 1 1e5 'a' a AND OR NOT IN IS NULL MISSING BETWEEN size( ;`.split(
          ' ',
        ),
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(' '));

/** Parses and binds; passes for a refusal, and rethrows anything else. */
function answered(text: string): void {
  try {
    const parsed = parseStatement(text);
    bindStatement(
      parsed,
      Array.from({ length: parsed.parameterCount }, () => ({ S: 'x' })),
    );
  } catch (fault) {
    if (!isRefusal(fault, 'Validation')) throw fault;
  }
}

test('whatever the text, it is answered or refused as a ValidationException (R-JS-2)', () => {
  fc.assert(fc.property(fc.oneof(shreds, anyStatement, fc.string({ maxLength: 200 })), answered), {
    numRuns: 2000,
  });
  fc.assert(
    fc.property(anyStatement, fc.nat(), fc.nat(), (text, at, length) => {
      const from = at % text.length;
      answered(text.slice(0, from) + text.slice(from + (length % 9)));
    }),
    { numRuns: 1000 },
  );
});

const longest = 8192;
const filled = (head: string, part: string, tail: string, length = longest) =>
  head + part.repeat(Math.floor((length - head.length - tail.length) / part.length)) + tail;
const long: Record<string, (length: number) => string> = {
  'many ORs': (length) => filled('SELECT * FROM t WHERE a=1', ' OR a=1', '', length),
  'many NOTs': (length) => filled('SELECT * FROM t WHERE ', 'NOT ', 'a=1', length),
  'many parameters': (length) => filled('SELECT * FROM t WHERE a IN [?', ',?', ']', length),
  'many elements': (length) => filled(`INSERT INTO t VALUE {'a':[1`, ',1', ']}', length),
  'many paths': (length) => filled('SELECT a', ',a', ' FROM t', length),
  'many assignments': (length) => filled('UPDATE t SET a=1', ',a=1', '', length),
  'doubled quotes': (length) => filled(`SELECT * FROM t WHERE a='`, `''`, `'`, length),
  'one long name': (length) => filled('SELECT ', 'a', ' FROM t', length),
  'one long number': (length) => filled('SELECT * FROM t WHERE a=', '1', '', length),
};

for (const [title, text] of Object.entries(long)) {
  test(`a statement twice as long takes twice the steps: ${title} (R-JS-2)`, () => {
    const steps = (length: number) => {
      const cursor = new StatementCursor(text(length));
      try {
        parseStatementAt(cursor);
      } catch (fault) {
        if (!isRefusal(fault, 'Validation')) throw fault;
      }
      return cursor.steps;
    };
    const half = steps(longest / 2);
    expect(half).toBeGreaterThan(0);
    expect(steps(longest) / half).toBeLessThanOrEqual(2.1);
    expect(steps(longest)).toBeLessThan(longest * 12);
  });
}

describe('nesting without end is refused, and not by a full stack:', () => {
  const deep: Record<string, string> = {
    parentheses: filled('SELECT * FROM t WHERE ', '(', ''),
    lists: filled(`INSERT INTO t VALUE {'a':`, '[', ''),
    maps: filled('INSERT INTO t VALUE ', `{'a':`, ''),
    sets: filled(`INSERT INTO t VALUE {'a':`, '<<', ''),
    functions: filled('SELECT * FROM t WHERE ', 'size(', ''),
    appends: filled('UPDATE t SET a = ', 'list_append(', ''),
  };
  for (const [title, text] of Object.entries(deep)) {
    test(title, () => {
      expect(refusal(() => parseStatement(text))).toBe(malformed('The statement is nested too deeply'));
    });
  }
});
