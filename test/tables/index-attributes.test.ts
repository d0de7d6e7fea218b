import { describe, expect, test } from 'vitest';
import { definitionsWith, definitionsWithout, usedNames } from '../../src/tables/index-attributes.ts';
import type { IndexDefinition } from '../../src/tables/index-definition.ts';
import { refusal } from './support.ts';

const P = 'One or more parameter values were invalid: ';
const attribute = (AttributeName: string, AttributeType: 'S' | 'N' = 'S') => ({
  AttributeName,
  AttributeType,
});
const index = (...names: string[]): IndexDefinition => ({
  kind: 'global',
  name: names.join('-'),
  keySchema: names.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
  projection: { ProjectionType: 'ALL' },
});
const table = {
  keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  attributeDefinitions: [attribute('id'), attribute('a')],
} as const;
const indexes = [index('a')];

test('a new index brings the attributes that are new', () => {
  const added = { added: index('a', 'b'), given: [attribute('id'), attribute('b', 'N')], indexes };
  expect(definitionsWith(table, added)).toEqual([attribute('id'), attribute('a'), attribute('b', 'N')]);
});

describe('a new index is refused', () => {
  const cases: [string, ReturnType<typeof attribute>[], string][] = [
    [
      'with another type for an attribute',
      [attribute('id', 'N'), attribute('b')],
      'Attributes cannot be redefined. Please check that your attribute has the same type as previously defined.',
    ],
    [
      'without a type for its key',
      [],
      `${P}Some index key attributes are not defined in AttributeDefinitions. Keys: [b], AttributeDefinitions: [id, a]`,
    ],
    [
      'with a type for what is no key',
      [attribute('b'), attribute('c')],
      `${P}Some AttributeDefinitions are not used. AttributeDefinitions: [id, a, b, c], keys used: [id, a, b]`,
    ],
  ];
  for (const [title, given, sentence] of cases) {
    test(title, () =>
      expect(refusal(() => definitionsWith(table, { added: index('b'), given, indexes }))).toBe(sentence),
    );
  }
});

test('an index that goes takes its attributes along, but for those that another has', () => {
  expect(definitionsWithout(table, [])).toEqual([attribute('id')]);
  expect(definitionsWithout(table, [index('a')])).toEqual([attribute('id'), attribute('a')]);
});

test('the attributes in use are those of all keys, each once', () => {
  expect([...usedNames(table, [index('a', 'id'), index('b', 'a')])]).toEqual(['id', 'a', 'b']);
});
