import { describe, expect, test } from 'vitest';
import { type ConditionNode, parseCondition } from '../../../src/tables/expression/condition.ts';
import { TokenCursor } from '../../../src/tables/expression/tokens.ts';
import { refusal } from '../support.ts';

const parsed = (text: string) => parseCondition(new TokenCursor('ConditionExpression', text));
const fault = (text: string) => refusal(() => parsed(text)).replace(/^Invalid ConditionExpression: /, '');

/** A condition with every grouping shown. */
function shown(node: ConditionNode | { kind: 'path' | 'value'; path?: unknown; ref?: unknown }): string {
  switch (node.kind) {
    case 'path':
      return 'path' in node ? [node.path].flat().join('.') : '';
    case 'value':
      return 'ref' in node ? String(node.ref) : '';
    case 'and':
    case 'or':
      return 'parts' in node ? `(${node.parts.map(shown).join(` ${node.kind} `)})` : '';
    case 'not':
      return `!${shown(node.part)}`;
    case 'compare':
      return node.operands.map(shown).join(` ${node.op} `);
    case 'function':
      return `${node.name}(${node.operands.map(shown).join(', ')})`;
    default:
      return 'operands' in node ? `${node.kind}[${node.operands.map(shown).join(', ')}]` : '';
  }
}

describe('a condition is read by precedence', () => {
  const cases: [string, string][] = [
    ['a = :v', 'a = :v'],
    ['a=:v and b<>:w', '(a = :v and b <> :w)'],
    ['a = :v OR b = :v AND c = :v', '(a = :v or (b = :v and c = :v))'],
    ['(a = :v OR b = :v) AND c = :v', '((a = :v or b = :v) and c = :v)'],
    ['NOT a = :v AND b = :v', '(!a = :v and b = :v)'],
    ['not (a = :v And b = :v)', '!(a = :v and b = :v)'],
    ['NOT NOT a = :v', '!!a = :v'],
    ['NOT NOT NOT a = :v', '!a = :v'],
    ['a BETWEEN :v AND :w AND b = :v', '(between[a, :v, :w] and b = :v)'],
    ['a between b And c.d', 'between[a, b, c.d]'],
    ['a IN (:v) or :v in (a, b, size(c))', '(in[a, :v] or in[:v, a, b, size(c)])'],
    ['attribute_exists(a.b[0])', 'attribute_exists(a.b.0)'],
    ['contains ( a , :v )', 'contains(a, :v)'],
    ['size(a) > :v', 'size(a) > :v'],
    ['(size(a)) > (:v)', 'size(a) > :v'],
    ['(a) = (:v)', 'a = :v'],
    ['((a = :v) AND b = :v)', '(a = :v and b = :v)'],
    ['(a = :v AND (b = :w))', '(a = :v and b = :w)'],
    ['(NOT (a = :v))', '!a = :v'],
    ['(attribute_exists(a)) OR (a) < :v', '(attribute_exists(a) or a < :v)'],
  ];
  for (const [text, expected] of cases) test(text, () => expect(shown(parsed(text))).toBe(expected));
});

describe('what is no condition is a syntax error', () => {
  const cases: [string, string][] = [
    ['a', 'token: "<EOF>", near: "a"'],
    [':v', 'token: "<EOF>", near: ":v"'],
    ['(a)', 'token: "<EOF>", near: ")"'],
    ['a AND b = :v', 'token: "AND", near: "a AND b"'],
    ['NOT a', 'token: "<EOF>", near: "a"'],
    ['a = :v AND', 'token: "<EOF>", near: "AND"'],
    ['a = :v OR OR b = :v', 'token: "OR", near: "OR OR b"'],
    ['a = b = c', 'token: "=", near: "b = c"'],
    ['a = :v b', 'token: "b", near: ":v b"'],
    ['a IN ()', 'token: ")", near: "()"'],
    ['a IN :v', 'token: ":v", near: "IN :v"'],
    ['a BETWEEN :v OR :w', 'token: "OR", near: ":v OR :w"'],
    ['attribute_exists()', 'token: ")", near: "()"'],
    ['contains(a, :v', 'token: "<EOF>", near: ":v"'],
    ['contains(a, b = :v)', 'token: "=", near: "b = :v"'],
    ['(a = :v', 'token: "<EOF>", near: ":v"'],
    ['a = :v)', 'token: ")", near: ":v)"'],
    ['(a = :v) = :v', 'token: "=", near: ") = :v"'],
    ['AND', 'token: "AND", near: "AND"'],
    ['a == :v', 'token: "=", near: "== :v"'],
    ['a != :v', 'token: "!", near: "a !="'],
    ["a = 'x'", 'token: "\'", near: "= \'x"'],
    ['a = 5', 'token: "5", near: "= 5"'],
    ['INVALID SYNTAX HERE', 'token: "SYNTAX", near: "INVALID SYNTAX HERE"'],
    ['!!! INVALID !!!', 'token: "!", near: "!!"'],
    ['   ', 'token: "<EOF>", near: ""'],
  ];
  for (const [text, expected] of cases)
    test(text, () => expect(fault(text)).toBe(`Syntax error; ${expected}`));
});

describe('what the grammar takes and the rules do not', () => {
  const redundant = 'The expression has redundant parentheses;';
  const misused = (name: string) =>
    `The function is not allowed to be used this way in an expression; function: ${name}`;
  const cases: [string, string][] = [
    ['((a = :v))', redundant],
    ['((a = :v)) AND ((b = :w))', redundant],
    ['((a)) = :v', redundant],
    ['(((a = :v)))', redundant],
    ['foo(a)', 'Invalid function name; function: foo'],
    ['foo(a) = :v', 'Invalid function name; function: foo'],
    ['BEGINS_WITH(a, :v)', 'Invalid function name; function: BEGINS_WITH'],
    ['toString(a)', 'Invalid function name; function: toString'],
    ['__proto__(a)', 'Syntax error; token: "_", near: "__"'],
    ['size(a)', misused('size')],
    ['size(a) AND b = :v', misused('size')],
    ['NOT size(a)', misused('size')],
    ['if_not_exists(a, :v) = :v', misused('if_not_exists')],
    ['list_append(a, :v)', misused('list_append')],
    ['attribute_exists(a) = :v', misused('attribute_exists')],
    ['a = contains(a, :v)', misused('contains')],
    ['a IN (begins_with(a, :v))', misused('begins_with')],
    ['contains(attribute_exists(a), :v)', misused('attribute_exists')],
    ['name = :v', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['a.Status = :v', 'Attribute name is a reserved keyword; reserved keyword: Status'],
    ['foo(name) AND ((size(a)))', redundant],
    ['foo(name) AND size(a)', 'Invalid function name; function: foo'],
    ['size(name)', misused('size')],
  ];
  for (const [text, expected] of cases) test(text, () => expect(fault(text)).toBe(expected));
});

describe('limits hold before anything grows', () => {
  const list = (count: number) => `a IN (${Array.from({ length: count }, (_, i) => `:v${i}`).join(',')})`;
  test('100 operands of IN pass and 101 do not', () => {
    expect(fault(list(100))).toBe('not refused');
    expect(fault(list(101))).toBe(
      'The IN operator is provided with too many operands; number of operands: 101',
    );
  });
  test('300 operators pass and 301 do not', () => {
    const chain = (count: number) => `${'NOT '.repeat(count - 1)}a=:v`;
    expect(fault(chain(300))).toBe('not refused');
    expect(fault(chain(301))).toBe('The expression contains too many operators; operator count: 301');
  });
  test('the deepest legal nesting is read', () => {
    const deep = `${'NOT('.repeat(299)}a=:v${')'.repeat(299)}`;
    expect(fault(deep)).toBe('not refused');
    expect(fault(`${'NOT ('.repeat(300)}a=:v${')'.repeat(300)}`)).toMatch(/too many operators/);
  });
  test('parentheses without end are refused, whether closed or not', () => {
    expect(fault(`${'('.repeat(2000)}a=:v${')'.repeat(2000)}`)).toBe(
      'The expression has redundant parentheses;',
    );
    expect(fault('('.repeat(4096))).toBe('The expression has redundant parentheses;');
    expect(fault('('.repeat(300))).toBe('Syntax error; token: "<EOF>", near: "("');
    expect(fault('size('.repeat(800))).toBe('The expression has redundant parentheses;');
  });
});

describe('R-JS-2: work grows with the length of the text', () => {
  const shapes: [string, (n: number) => string][] = [
    ['a chain', (n) => Array.from({ length: n }, (_, i) => `a${i % 10}=:v`).join(' OR ')],
    ['a list', (n) => `a IN (${Array.from({ length: n }, () => ':v').join(',')})`],
    ['negations', (n) => `${'NOT '.repeat(n)}a=:v`],
    ['nesting', (n) => `${'(b=:v OR '.repeat(n)}a=:v${')'.repeat(n)}`],
    ['open parentheses', (n) => '('.repeat(n)],
    ['a deep path', (n) => `a${'.b'.repeat(n)}=:v`],
    ['operands in functions', (n) => `contains(${Array.from({ length: n }, () => 'a').join(',')})`],
  ];
  const work = (text: string): number => {
    const cursor = new TokenCursor('ConditionExpression', text);
    try {
      parseCondition(cursor);
    } catch {
      // A refusal's work counts as well.
    }
    return cursor.steps;
  };
  for (const [name, make] of shapes) {
    test(name, () => {
      for (const n of [25, 50, 100]) {
        expect(work(make(2 * n)) / work(make(n))).toBeLessThanOrEqual(2.5);
      }
      expect(work(make(200).slice(0, 4096))).toBeLessThanOrEqual(4096 * 12);
    });
  }
});
