import { expect, test } from 'vitest';
import { type AttributeValue, attributeType } from '../../src/tables/attribute.ts';

test('the type of a value is the name of its member', () => {
  const values: AttributeValue[] = [
    { S: '' },
    { N: '0' },
    { B: new Uint8Array() },
    { BOOL: false },
    { NULL: true },
    { SS: ['a'] },
    { NS: ['1'] },
    { BS: [new Uint8Array()] },
    { L: [] },
    { M: new Map() },
  ];
  expect(values.map(attributeType)).toEqual(['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M']);
});
