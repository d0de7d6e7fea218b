import { describe, expect, test } from 'vitest';
import { refuseMissing, refuseParameter } from '../../../src/api/dynamodb/missing-parameter.ts';
import { refusalOf } from '../../support/refusal.ts';

describe('a parameter that this server does not have', () => {
  const cases: [object, string][] = [
    [{}, 'answered'],
    [{ VectorIndexUpdates: [] }, 'VectorIndexUpdates'],
    [{ VectorIndexUpdates: [], IndexName: 'i' }, 'IndexName'],
    [{ IndexName: 'i' }, 'IndexName'],
    [{ WarmThroughput: {} }, 'answered'],
  ];
  for (const [input, said] of cases) {
    test(`${JSON.stringify(input)}: ${said}`, async () => {
      const expected =
        said === 'answered' ? said : `Validation: This server does not have the parameter ${said}`;
      expect(await refusalOf(() => refuseMissing(input, ['IndexName', 'VectorIndexUpdates']))).toBe(expected);
    });
  }

  test('is refused by name', async () => {
    expect(await refusalOf(() => refuseParameter('VectorIndexUpdates'))).toBe(
      'Validation: This server does not have the parameter VectorIndexUpdates',
    );
  });
});
