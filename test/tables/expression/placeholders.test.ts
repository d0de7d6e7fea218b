import { describe, expect, test } from 'vitest';
import type { RawAttributeValue } from '../../../src/tables/attribute-check.ts';
import { Placeholders } from '../../../src/tables/expression/placeholders.ts';
import { refusal } from '../support.ts';

const names = (...entries: [string, string][]) => new Map(entries);
const values = (...entries: [string, RawAttributeValue][]) => new Map(entries);
const P = 'One or more parameter values were invalid: ';

describe('placeholders are refused', () => {
  const invalidKey = (parameter: string, key: string) =>
    `${parameter} contains invalid key: Syntax error; key: "${key}"`;
  const nameCases: [string, Map<string, string>, string][] = [
    ['no names', names(), 'ExpressionAttributeNames must not be empty'],
    ...['a', '#', '', ':a', '#a-b', '#a.b', '# a', '#ä'].map((key): [string, Map<string, string>, string] => [
      `a name called ${JSON.stringify(key)}`,
      names([key, 'x']),
      invalidKey('ExpressionAttributeNames', key),
    ]),
    [
      'an empty name',
      names(['#a', '']),
      'ExpressionAttributeNames contains invalid value: Empty attribute name for key #a',
    ],
  ];
  for (const [name, map, sentence] of nameCases) {
    test(name, () => expect(refusal(() => new Placeholders(map, undefined))).toBe(sentence));
  }

  const badValue = (text: string) => `ExpressionAttributeValues contains invalid value: ${text} for key :v`;
  const valueCases: [string, Map<string, RawAttributeValue>, string][] = [
    ['no values', values(), 'ExpressionAttributeValues must not be empty'],
    ['a value called a', values(['a', { S: '' }]), invalidKey('ExpressionAttributeValues', 'a')],
    ['a value called #a', values(['#a', { S: '' }]), invalidKey('ExpressionAttributeValues', '#a')],
    [
      'a bad key before a bad value',
      values([':v', {}], ['b', {}]),
      invalidKey('ExpressionAttributeValues', 'b'),
    ],
    [
      'an empty value',
      values([':v', {}]),
      badValue('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
    ],
    [
      'a bad number',
      values([':v', { N: 'x' }]),
      badValue('The parameter cannot be converted to a numeric value: x'),
    ],
    [
      'twins in a set',
      values([':v', { SS: ['a', 'a'] }]),
      badValue(`${P}Input collection [a, a] contains duplicates.`),
    ],
    ['an empty set, without its key', values([':v', { SS: [] }]), `${P}An string set  may not be empty`],
    ['an empty number set', values([':v', { NS: [] }]), `${P}An number set  may not be empty`],
    ['an empty binary set', values([':v', { BS: [] }]), `${P}Binary sets should not be empty`],
  ];
  for (const [name, map, sentence] of valueCases) {
    test(name, () => expect(refusal(() => new Placeholders(undefined, map))).toBe(sentence));
  }

  test('names before values', () => {
    expect(refusal(() => new Placeholders(names(['a', 'x']), values()))).toMatch(/^ExpressionAttributeNames/);
  });
  test('beyond 255 characters', () => {
    const named = (length: number) => () =>
      new Placeholders(names([`#${'a'.repeat(length - 1)}`, 'x']), undefined);
    expect(refusal(named(255))).toBe('not refused');
    expect(refusal(named(256))).toMatch(/^ExpressionAttributeNames contains invalid key/);
  });
  test('beyond 2 MB of values', () => {
    const half = (key: string, bytes: number): [string, RawAttributeValue] => [key, { S: 'x'.repeat(bytes) }];
    const made = (extra: number) => () =>
      new Placeholders(undefined, values(half(':a', 2 ** 20), half(':b', 2 ** 20 + extra)));
    expect(refusal(made(0))).toBe('not refused');
    expect(refusal(made(1))).toBe('ExpressionAttributeValues exceeds max size');
  });
});

describe('placeholders stand for what they name', () => {
  const made = () =>
    new Placeholders(names(['#a', 'x.y'], ['#b', '#a']), values([':v', { N: '1.0' }], [':w', { S: '' }]));

  test('a name stands for one step, whatever is in it', () => {
    expect(made().path('FilterExpression', ['#a', 0, 'c', '#b'])).toEqual(['x.y', 0, 'c', '#a']);
  });
  test('a value is canonical', () => {
    expect(made().value('FilterExpression', ':v')).toEqual({ N: '1' });
  });
  test('undefined ones are refused by name', () => {
    expect(refusal(() => made().path('FilterExpression', ['a', '#c']))).toBe(
      'Invalid FilterExpression: An expression attribute name used in the document path is not defined; ' +
        'attribute name: #c',
    );
    expect(refusal(() => made().value('UpdateExpression', ':x'))).toBe(
      'Invalid UpdateExpression: An expression attribute value used in expression is not defined; ' +
        'attribute value: :x',
    );
    expect(
      refusal(() => new Placeholders(undefined, undefined).value('UpdateExpression', ':toString')),
    ).toMatch(/not defined/);
  });
  test('unused ones are refused together, names first', () => {
    const placeholders = made();
    expect(refusal(() => placeholders.refuseUnused())).toBe(
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}',
    );
    placeholders.path('FilterExpression', ['#a', '#b']);
    expect(refusal(() => placeholders.refuseUnused())).toBe(
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v, :w}',
    );
    placeholders.value('FilterExpression', ':v');
    placeholders.value('FilterExpression', ':w');
    placeholders.value('FilterExpression', ':w');
    expect(refusal(() => placeholders.refuseUnused())).toBe('not refused');
  });
});
