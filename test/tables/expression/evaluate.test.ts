import { describe, expect, test } from 'vitest';
import type { AttributeValue, Item } from '../../../src/tables/attribute.ts';
import { item, L, M, N, S } from '../support.ts';
import { compile, type Shorts } from './support.ts';

const B = (...bytes: number[]): AttributeValue => ({ B: Uint8Array.from(bytes) });
const NULL: AttributeValue = { NULL: true };
const TRUE: AttributeValue = { BOOL: true };

const things = item({
  s: S('hello'),
  s2: S('help'),
  uni: S('ä€'),
  hollow: S(''),
  n: N(10),
  n2: N(9),
  b: B(1, 2, 3),
  t: TRUE,
  f: { BOOL: false },
  null: NULL,
  ss: { SS: ['x', 'y'] },
  ns: { NS: ['1', '2'] },
  bs: { BS: [Uint8Array.of(1)] },
  l: L(S('a'), N(1), M({ k: S('v') })),
  m: M({ k: S('v'), list: L(N(1)) }),
  part: S('ell'),
});

function holds(text: string, values?: Shorts, on: Item | undefined = things): boolean {
  const condition = compile('ConditionExpression', text, values).condition;
  return condition?.holds(on) ?? false;
}

describe('comparisons', () => {
  const yes: [string, Shorts][] = [
    ['s = :v', { v: 'hello' }],
    ['s <> :v', { v: 'x' }],
    ['s < :v', { v: 'help' }],
    ['s < s2', {}],
    ['n = :v', { v: { N: '10.00' } }],
    ['n > :v', { v: 9 }],
    ['n > n2', {}],
    ['n >= :v', { v: 10 }],
    ['b = :v', { v: B(1, 2, 3) }],
    ['b > :v', { v: B(1, 2) }],
    ['b < :v', { v: B(1, 255) }],
    ['t = :v', { v: true }],
    ['f <> :v', { v: true }],
    ['null1 <> :v', { v: null }],
    ['ss = :v', { v: { SS: ['y', 'x'] } }],
    ['ns = :v', { v: { NS: ['2.0', '1'] } }],
    ['bs = :v', { v: { BS: [Uint8Array.of(1)] } }],
    ['l[2] = :v', { v: { M: new Map([['k', { S: 'v' }]]) } }],
    ['m.k = :v', { v: 'v' }],
    ['m.#l[0] = :v', { v: 1 }],
    ['s <> :v', { v: 1 }],
    ['gone <> :v', { v: 1 }],
    ['gone <> away', {}],
    ['NOT gone < :v', { v: 1 }],
    ['n BETWEEN :v AND :w', { v: 10, w: 10 }],
    [':v BETWEEN n2 AND n', { v: { N: '9.5' } }],
    ['NOT n BETWEEN n AND n2', {}],
    ['s IN (:v, s2, s)', { v: 1 }],
    ['n IN (:v, :w)', { v: 'x', w: 10 }],
    ['uni < :v', { v: '😀' }],
  ];
  for (const [text, values] of yes) {
    test(`${text} ${JSON.stringify(values)} holds`, () => {
      const { condition } = compile(
        'ConditionExpression',
        text,
        values,
        text.includes('#l') ? { l: 'list' } : {},
      );
      expect(condition?.holds(things)).toBe(true);
    });
  }

  const no: [string, Shorts][] = [
    ['s = :v', { v: 'Hello' }],
    ['s = :v', { v: 1 }],
    ['s < :v', { v: 1 }],
    ['s > :v', { v: 1 }],
    ['gone = :v', { v: 1 }],
    ['gone = away', {}],
    ['gone < :v', { v: 1 }],
    ['gone >= :v', { v: 1 }],
    ['t < n', {}],
    ['ss <= ns', {}],
    ['l < m', {}],
    ['t <= t2', {}],
    ['n BETWEEN :v AND :w', { v: 11, w: 12 }],
    ['n BETWEEN n AND gone', {}],
    ['n BETWEEN s AND s2', {}],
    ['n IN (:v)', { v: '10' }],
    ['gone IN (away)', {}],
    ['ss = :v', { v: { SS: ['x', 'z'] } }],
    ['l = :v', { v: { L: [] } }],
  ];
  for (const [text, values] of no)
    test(`${text} ${JSON.stringify(values)} does not`, () => expect(holds(text, values)).toBe(false));
});

describe('functions', () => {
  const cases: [string, Shorts, boolean][] = [
    ['attribute_exists(s)', {}, true],
    ['attribute_exists(gone)', {}, false],
    ['attribute_exists(l[2].k)', {}, true],
    ['attribute_exists(l[3])', {}, false],
    ['attribute_not_exists(gone)', {}, true],
    ['attribute_not_exists(s)', {}, false],
    ['attribute_type(s, :t)', { t: 'S' }, true],
    ['attribute_type(n, :t)', { t: 'S' }, false],
    ['attribute_type(gone, :t)', { t: 'NULL' }, false],
    ['attribute_type(l, :t)', { t: 'L' }, true],
    ['begins_with(s, :v)', { v: 'hel' }, true],
    ['begins_with(s, :v)', { v: '' }, true],
    ['begins_with(s, :v)', { v: 'ell' }, false],
    ['begins_with(b, :v)', { v: B(1, 2) }, true],
    ['begins_with(b, :v)', { v: B(2) }, false],
    ['begins_with(s, b)', {}, false],
    ['begins_with(n, :v)', { v: '1' }, false],
    ['begins_with(gone, :v)', { v: '' }, false],
    ['begins_with(:v, s)', { v: 'hello world' }, true],
    ['begins_with(s, gone)', {}, false],
    ['contains(s, part)', {}, true],
    ['contains(s, :v)', { v: 'xyz' }, false],
    ['contains(b, :v)', { v: B(2, 3) }, true],
    ['contains(b, :v)', { v: B(3, 2) }, false],
    ['contains(ss, :v)', { v: 'x' }, true],
    ['contains(ss, :v)', { v: 1 }, false],
    ['contains(ns, :v)', { v: { N: '2.0' } }, true],
    ['contains(bs, :v)', { v: B(1) }, true],
    ['contains(bs, :v)', { v: B(2) }, false],
    ['contains(ss, :v)', { v: { SS: ['x', 'y'] } }, false],
    ['contains(l, :v)', { v: 1 }, true],
    ['contains(l, :v)', { v: { M: new Map([['k', { S: 'v' }]]) } }, true],
    ['contains(l, :v)', { v: 'v' }, false],
    ['contains(m, :v)', { v: 'k' }, false],
    ['contains(n, :v)', { v: 1 }, false],
    ['contains(gone, :v)', { v: 'a' }, false],
    ['contains(:v, s)', { v: 'say hello' }, true],
    ['size(s) = :v', { v: 5 }, true],
    ['size(uni) = :v', { v: 2 }, true],
    ['size(b) = :v', { v: 3 }, true],
    ['size(ss) = :v', { v: 2 }, true],
    ['size(ns) = :v', { v: 2 }, true],
    ['size(bs) = :v', { v: 1 }, true],
    ['size(l) = :v', { v: 3 }, true],
    ['size(m) = :v', { v: 2 }, true],
    ['size(hollow) = :v', { v: 0 }, true],
    ['size(n) = :v', { v: 2 }, false],
    ['size(t) >= :v', { v: 0 }, false],
    ['size(gone) >= :v', { v: 0 }, false],
    ['size(gone) <> :v', { v: 0 }, true],
    ['size(s) BETWEEN :v AND :w', { v: 4, w: 5 }, true],
    ['size(s) IN (:v)', { v: 5 }, true],
    ['size(s) > size(l)', {}, true],
  ];
  for (const [text, values, expected] of cases) {
    test(`${text} ${JSON.stringify(values)}: ${expected}`, () => expect(holds(text, values)).toBe(expected));
  }

  test('an attribute of type NULL exists', () => {
    const { condition } = compile(
      'ConditionExpression',
      'attribute_exists(#n) AND attribute_type(#n, :t)',
      { t: 'NULL' },
      { n: 'null' },
    );
    expect(condition?.holds(things)).toBe(true);
  });
});

describe('AND, OR, NOT', () => {
  for (const a of [true, false]) {
    for (const b of [true, false]) {
      test(`${a}, ${b}`, () => {
        const values = { a, b, t: true };
        expect(holds(':a = :t AND :b = :t', values)).toBe(a && b);
        expect(holds(':a = :t OR :b = :t', values)).toBe(a || b);
        expect(holds('NOT :a = :t OR :b = :t', values)).toBe(!a || b);
        expect(holds('NOT (:a = :t OR :b = :t)', values)).toBe(!(a || b));
        expect(holds('NOT NOT :a = :t AND :b = :t', values)).toBe(a && b);
      });
    }
  }
});

test('an absent item has no attributes', () => {
  const on = (text: string) =>
    compile('ConditionExpression', text, text.includes(':v') ? { v: 1 } : {}).condition?.holds(undefined);
  expect(on('attribute_not_exists(a)')).toBe(true);
  expect(on('attribute_exists(a)')).toBe(false);
  expect(on('a = :v')).toBe(false);
  expect(on('a <> :v')).toBe(true);
  expect(on('a.b[0] = :v')).toBe(false);
});
