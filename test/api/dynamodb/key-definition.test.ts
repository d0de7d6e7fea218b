import { describe, expect, test } from 'vitest';
import { checkAllUsed, checkedKeyDefinition, requireKey } from '../../../src/api/dynamodb/key-definition.ts';
import type { KeySchemaElement } from '../../../src/tables/key-schema.ts';
import type { AttributeDefinition } from '../../../src/tables/table-record.ts';
import { refusalOf } from '../../support/refusal.ts';
import { P } from './support.ts';

/** `a:HASH,b:RANGE` */
function keySchema(text: string): KeySchemaElement[] {
  return text.split(',').map((element) => {
    const [AttributeName = '', kind] = element.split(':');
    return { AttributeName, KeyType: kind === 'HASH' ? 'HASH' : 'RANGE' };
  });
}

/** `a,b`, each a string. */
function definitions(text: string): AttributeDefinition[] {
  return text === '' ? [] : text.split(',').map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
}

describe('the key of a table', () => {
  for (const [schema, defined] of [
    ['a:HASH', 'a'],
    ['a:HASH,b:RANGE', 'a,b'],
    ['a:HASH,b:RANGE', 'b,a'],
  ] as const) {
    test(`is taken as it is: ${schema} of ${defined}`, () => {
      const input = { KeySchema: keySchema(schema), AttributeDefinitions: definitions(defined) };
      expect(checkedKeyDefinition(requireKey(input))).toEqual({
        keySchema: input.KeySchema,
        attributeDefinitions: input.AttributeDefinitions,
      });
    });
  }

  const undefinedKey = (keys: string, defined: string) =>
    `${P}Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys}], AttributeDefinitions: [${defined}]`;
  const notAll = 'Invalid KeySchema: Some index key attribute have no definition';
  const refused: [schema: string, defined: string, sentence: string][] = [
    ['a:HASH', '', undefinedKey('a', '')],
    ['a:HASH', 'b,c', undefinedKey('a', 'b, c')],
    ['a:HASH,b:RANGE', 'a,c', notAll],
    ['a:HASH,b:RANGE', '', notAll],
    ['a:HASH', 'a,a', `${P}Duplicate AttributeName in AttributeDefinitions: a`],
    ['a:RANGE', 'a', 'Invalid KeySchema: The first KeySchemaElement is not a HASH key type'],
    ['a:RANGE,b:HASH', 'a,b', 'Invalid KeySchema: The first KeySchemaElement is not a HASH key type'],
    [
      'a:HASH,a:RANGE',
      'a',
      'Both the Hash Key and the Range Key element in the KeySchema have the same name',
    ],
    ['a:HASH,b:HASH', 'a,b', 'Invalid KeySchema: The second KeySchemaElement is not a RANGE key type'],
    [
      'a:HASH,b:RANGE,c:RANGE',
      'a,b,c',
      "1 validation error detected: Value '[{AttributeName=a, KeyType=HASH}, {AttributeName=b, KeyType=RANGE}, {AttributeName=c, KeyType=RANGE}]' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
  ];
  for (const [schema, defined, sentence] of refused) {
    test(`is refused: ${schema} of ${defined || 'nothing'}`, async () => {
      const input = { KeySchema: keySchema(schema), AttributeDefinitions: definitions(defined) };
      const refusal = await refusalOf(() => checkedKeyDefinition(requireKey(input)));
      expect(refusal).toBe(`Validation: ${sentence}`);
    });
  }

  test('is refused where a part of it is not given', async () => {
    const absent = (member: string) =>
      `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
    const attributes = absent('attributeDefinitions');
    const key = absent('keySchema');
    const refusals = [{ KeySchema: keySchema('a:HASH') }, { AttributeDefinitions: definitions('a') }, {}].map(
      (input) => refusalOf(() => requireKey(input)),
    );
    expect(await Promise.all(refusals)).toEqual([
      `Validation: 1 validation error detected: ${attributes}`,
      `Validation: 1 validation error detected: ${key}`,
      `Validation: 2 validation errors detected: ${attributes}; ${key}`,
    ]);
  });
});

describe('attributes that are defined', () => {
  const count = `${P}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`;
  const unused = (defined: string, used: string) =>
    `${P}Some AttributeDefinitions are not used. AttributeDefinitions: [${defined}], keys used: [${used}]`;
  const cases: [schema: string, defined: string, indexes: string[], outcome: string][] = [
    ['a:HASH', 'a', [], 'answered'],
    ['a:HASH', 'a,b', [], count],
    ['a:HASH,b:RANGE', 'a,b,c', [], count],
    ['a:HASH', 'a,b,c', ['b:HASH,c:RANGE'], 'answered'],
    ['a:HASH', 'a,b', ['b:HASH', 'a:HASH'], 'answered'],
    ['a:HASH', 'a,b,c', ['b:HASH'], unused('a, b, c', 'a, b')],
  ];
  for (const [schema, defined, indexes, outcome] of cases) {
    test(`${defined} for ${[schema, ...indexes].join(' and ')}: ${outcome}`, async () => {
      const key = { keySchema: keySchema(schema), attributeDefinitions: definitions(defined) };
      const given = indexes.map((each) => ({ keySchema: keySchema(each) }));
      const refusal = await refusalOf(() => checkAllUsed(key, given));
      expect(refusal).toBe(outcome === 'answered' ? outcome : `Validation: ${outcome}`);
    });
  }
});
