import { describe, expect, test } from 'vitest';
import type { AttributeValue } from '../../../src/tables/attribute.ts';
import { legacyUpdate } from '../../../src/tables/legacy/attribute-updates.ts';
import type { ValueUpdate } from '../../../src/tables/legacy/parameters.ts';
import { raw, type Short } from '../expression/support.ts';
import { item, L, N, refusal, S } from '../support.ts';

const P = 'One or more parameter values were invalid: ';
const key = item({ pk: S('k') });
const SS = (...members: string[]): AttributeValue => ({ SS: members });
const update = (Action: ValueUpdate['Action'], value?: Short): ValueUpdate => ({
  ...(Action && { Action }),
  ...(value !== undefined && { Value: raw(value) }),
});
const applied = (old: Record<string, AttributeValue> | undefined, change: ValueUpdate) =>
  legacyUpdate(new Map([['a', change]]))?.apply(old && item({ pk: S('k'), ...old }), key);

describe('an action on an attribute', () => {
  const cases: [Record<string, AttributeValue>, ValueUpdate, Record<string, AttributeValue>][] = [
    [{}, update('PUT', 1), { a: N(1) }],
    [{ a: S('x') }, update(undefined, 1), { a: N(1) }],
    [{}, update('ADD', 3), { a: N(3) }],
    [{ a: N(1) }, update('ADD', -3), { a: N(-2) }],
    [{ a: SS('x') }, update('ADD', { SS: ['x', 'y'] }), { a: SS('x', 'y') }],
    [{}, update('ADD', { SS: ['x'] }), { a: SS('x') }],
    [{ a: L(N(1)) }, update('ADD', { L: [{ N: '2' }] }), { a: L(N(1), N(2)) }],
    [{}, update('ADD', { L: [{ N: '2' }] }), { a: L(N(2)) }],
    [{ a: N(1) }, update('DELETE'), {}],
    [{}, update('DELETE'), {}],
    [{ a: SS('x', 'y') }, update('DELETE', { SS: ['x'] }), { a: SS('y') }],
    [{ a: SS('x') }, update('DELETE', { SS: ['x'] }), {}],
    [{}, update('DELETE', { SS: ['x'] }), {}],
  ];
  for (const [old, change, next] of cases) {
    test(`${JSON.stringify(change)} on ${JSON.stringify(old)}`, () => {
      expect(applied(old, change)).toEqual(item({ pk: S('k'), ...next }));
    });
  }

  const made: [ValueUpdate, Record<string, AttributeValue> | undefined][] = [
    [update('PUT', 1), { pk: S('k'), a: N(1) }],
    [update('ADD', 1), { pk: S('k'), a: N(1) }],
    [update('DELETE'), undefined],
    [update('DELETE', { SS: ['x'] }), undefined],
  ];
  for (const [change, next] of made) {
    test(`${JSON.stringify(change)} ${next ? 'makes' : 'does not make'} an absent item`, () => {
      expect(applied(undefined, change)).toEqual(next && item(next));
    });
  }

  test('none is no update', () => {
    expect(legacyUpdate(new Map())).toBeUndefined();
  });

  test('takes its name whole, and tells it as touched', () => {
    const dotted = legacyUpdate(new Map([['a.b', update('PUT', 1)]]));
    const next = dotted?.apply(key, key);
    expect(next).toEqual(item({ pk: S('k'), 'a.b': N(1) }));
    expect(dotted?.touched(next)).toEqual(item({ 'a.b': N(1) }));
    expect(dotted?.targets).toEqual([['a.b']]);
  });
});

describe('an action is refused', () => {
  const mismatch = 'Type mismatch for attribute to update';
  const missing = `${P}Only DELETE action is allowed when no attribute value is specified`;
  const cases: [ValueUpdate, string][] = [
    [update('PUT'), missing],
    [update(undefined), missing],
    [update('ADD'), missing],
    [update('ADD', 'x'), `${P}ADD action is not supported for the type S`],
    [update('ADD', true), `${P}ADD action is not supported for the type BOOL`],
    [update('DELETE', 1), `${P}DELETE action with value is not supported for the type N`],
    [update('DELETE', { L: [] }), `${P}DELETE action with value is not supported for the type L`],
    [update('PUT', { NS: ['1', '1.0'] }), 'Input collection contains duplicates'],
    [update('ADD', 1), mismatch],
    [update('ADD', { NS: ['1'] }), mismatch],
    [update('ADD', { L: [] }), mismatch],
    [update('DELETE', { SS: ['a'] }), mismatch],
  ];
  for (const [change, sentence] of cases) {
    test(`${JSON.stringify(change)} on a string: ${sentence}`, () => {
      expect(refusal(() => applied({ a: S('x') }, change))).toBe(sentence);
    });
  }

  test('under a name that is none', () => {
    for (const change of [update('PUT', 1), update('ADD', 1), update('DELETE')]) {
      expect(refusal(() => legacyUpdate(new Map([['', change]])))).toBe(
        `${P}An attribute name must not be empty`,
      );
    }
  });
});
