import { describe, expect, test } from 'vitest';
import { Constraint, quotedText, Trail } from '../../src/api/constraint.ts';
import type { Shape } from '../../src/api/model/service-model.ts';
import { refusalOf } from '../support/refusal.ts';

const must = (demand: string) => `Member must ${demand}`;

/** What is said of `value` at the path `a.b`, without its opening; empty where it is legal. */
async function saidOf(shape: Shape, value: unknown): Promise<string> {
  const trail = new Trail();
  trail.names.push('a', 'b');
  Constraint.of(shape)?.check(value, trail);
  const refusal = await refusalOf(() => trail.end());
  return refusal === 'answered' ? '' : refusal.replace(/^Validation: \d+ validation errors? detected: /, '');
}

describe('a constraint', () => {
  const name: Shape = { type: 'string', min: 3, max: 5, pattern: '[a-z]+' };
  const rows: readonly (readonly [shape: Shape, legal: readonly unknown[], illegal: readonly unknown[]])[] = [
    [name, ['abc', 'abcde'], ['ab', 'abcdef', 'ABC', 'abc\n', 'ab-']],
    [{ type: 'string', pattern: 'a|b' }, ['a', 'b'], ['', 'ab', 'ac', 'ca']],
    [{ type: 'string', enum: ['ONE', 'TWO'] }, ['ONE', 'TWO'], ['', 'one', 'THREE']],
    [{ type: 'integer', min: 1, max: 10 }, [1, 10], [0, 11, -5]],
    [{ type: 'integer' }, [0, 2 ** 31 - 1, -(2 ** 31)], [2 ** 31, -(2 ** 31) - 1, Infinity]],
    [{ type: 'long', min: 1 }, [1, 2 ** 40], [0]],
    [{ type: 'blob', min: 1, max: 2 }, [new Uint8Array(2)], [new Uint8Array(), new Uint8Array(3)]],
    [{ type: 'list', min: 1, max: 2, member: 'X' }, [[1], [1, 2]], [[], [1, 2, 3]]],
    [
      { type: 'map', max: 1, key: 'X', value: 'X' },
      [new Map()],
      [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ],
    ],
  ];
  for (const [shape, legal, illegal] of rows) {
    test(`of ${JSON.stringify(shape)} holds for what is legal, and for nothing else`, async () => {
      const constraint = Constraint.of(shape);
      for (const value of legal) {
        expect(constraint?.holds(value), quotedText(value)).toBe(true);
        expect(constraint?.failedDemands(value)).toEqual([]);
        expect(await saidOf(shape, value)).toBe('');
      }
      for (const value of illegal) {
        expect(constraint?.holds(value), quotedText(value)).toBe(false);
        expect(constraint?.failedDemands(value)).not.toEqual([]);
        expect(await saidOf(shape, value)).not.toBe('');
      }
    });
  }

  for (const shape of [
    { type: 'string' },
    { type: 'blob' },
    { type: 'boolean' },
    { type: 'long' },
    { type: 'list', member: 'X' },
    { type: 'structure', members: {} },
  ] as const) {
    test(`is none where ${JSON.stringify(shape)} demands nothing`, () => {
      expect(Constraint.of(shape)).toBeUndefined();
    });
  }

  test('knows the classes of Java that JavaScript calls otherwise', () => {
    const printable = Constraint.of({ type: 'string', pattern: '\\p{Print}+' });
    expect(['a b~', 'a\tb', 'ä'].map((text) => printable?.holds(text))).toEqual([true, false, false]);
    const pattern = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*';
    const text = Constraint.of({ type: 'string', pattern });
    expect(['a\n', 'ä😀', 'a\0', '\uffff'].map((value) => text?.holds(value))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('lists all its demands for keys and values of maps', () => {
    expect(Constraint.of(name)?.allDemands()).toEqual([
      must('have length less than or equal to 5'),
      must('have length greater than or equal to 3'),
      must('satisfy regular expression pattern: [a-z]+'),
    ]);
  });

  test('runs no pattern over a value far beyond its length', async () => {
    const slow: Shape = { type: 'string', max: 10, pattern: '(a|aa)+' };
    expect(Constraint.of(slow)?.failedDemands(`${'a'.repeat(50_000)}!`)).toEqual([
      must('have length less than or equal to 10'),
    ]);
  });
});

describe('what is said of an illegal value', () => {
  for (const [shape, value, said] of [
    [
      { type: 'string', min: 3, max: 5, pattern: '[a-z]+' },
      'A',
      [
        `Value 'A' at 'a.b' failed to satisfy constraint: ${must('satisfy regular expression pattern: [a-z]+')}`,
        `Value 'A' at 'a.b' failed to satisfy constraint: ${must('have length greater than or equal to 3')}`,
      ],
    ],
    [
      { type: 'string', enum: ['B', 'N', 'S'] },
      'X',
      [`Value 'X' at 'a.b' failed to satisfy constraint: ${must('satisfy enum value set: [B, N, S]')}`],
    ],
    [
      { type: 'integer', min: 1 },
      0,
      [`Value '0' at 'a.b' failed to satisfy constraint: ${must('have value greater than or equal to 1')}`],
    ],
    [
      { type: 'list', max: 1, member: 'X' },
      ['x', 'y'],
      [
        `Value '[x, y]' at 'a.b' failed to satisfy constraint: ${must('have length less than or equal to 1')}`,
      ],
    ],
    [
      { type: 'blob', max: 1 },
      new Uint8Array(2),
      [`Value at 'a.b' failed to satisfy constraint: ${must('have length less than or equal to 1')}`],
    ],
    [
      { type: 'string', max: 1, sensitive: true },
      'secret',
      [`Value at 'a.b' failed to satisfy constraint: ${must('have length less than or equal to 1')}`],
    ],
  ] as const) {
    test(said.join('; '), async () => expect(await saidOf(shape, value)).toBe(said.join('; ')));
  }
});

describe('a trail', () => {
  test('ends well where nothing was reported', async () => {
    expect(await refusalOf(() => new Trail().end())).toBe('answered');
  });

  test('tells one problem from two', async () => {
    const trail = new Trail();
    trail.report(" 'x'", 'first', 'a');
    const one = "Value 'x' at 'a' failed to satisfy constraint: first";
    expect(await refusalOf(() => trail.end())).toBe(`Validation: 1 validation error detected: ${one}`);
    trail.names.push('b', '1', 'member');
    trail.report('', 'second');
    expect(await refusalOf(() => trail.end())).toBe(
      `Validation: 2 validation errors detected: ${one}; ` +
        "Value at 'b.1.member' failed to satisfy constraint: second",
    );
  });

  test('names ten problems at most, the first ones', async () => {
    const trail = new Trail();
    for (let n = 1; n <= 15; n++) {
      expect(trail.full).toBe(n > 10);
      trail.report('', `${n}.`, 'a');
    }
    const said = await refusalOf(() => trail.end());
    expect(said).toMatch(/^Validation: 10 validation errors detected: /);
    expect(said.match(/\d+\./g)).toEqual(Array.from({ length: 10 }, (_, n) => `${n + 1}.`));
  });
});

describe('a value is quoted as Java prints it', () => {
  for (const [value, text] of [
    ['a', 'a'],
    [1.5, '1.5'],
    [true, 'true'],
    [null, 'null'],
    [['a', ['b']], '[a, [b]]'],
    [[], '[]'],
    [
      new Map([
        ['k', ['v']],
        ['l', ['w']],
      ]),
      '{k=[v], l=[w]}',
    ],
    [{ S: 'a', N: '1' }, '{S=a, N=1}'],
    [new Uint8Array(3), 'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]'],
  ] as const) {
    test(text, () => expect(quotedText(value)).toBe(text));
  }

  test('and cut after 1024 characters, without reading on', () => {
    expect(quotedText('a'.repeat(1024))).toBe('a'.repeat(1024));
    expect(quotedText('a'.repeat(1025))).toBe(`${'a'.repeat(1024)}...`);
    const startedMs = performance.now();
    expect(quotedText(Array(5_000_000).fill('abc'))).toHaveLength(1027);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});
