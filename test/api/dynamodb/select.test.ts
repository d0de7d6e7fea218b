import { describe, expect, test } from 'vitest';
import { checkSelect, type Select } from '../../../src/api/dynamodb/select.ts';
import { refusalOf } from '../../support/refusal.ts';

describe('what is selected goes with the projection', () => {
  const cannot = (chosen: string) =>
    `Validation: Cannot specify the ProjectionExpression when choosing to get ${chosen}`;
  const onlyIndexes =
    'Validation: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName';
  const cases: [Select | undefined, string | undefined, string][] = [
    [undefined, undefined, 'answered'],
    [undefined, 'a', 'answered'],
    ['ALL_ATTRIBUTES', undefined, 'answered'],
    ['ALL_ATTRIBUTES', 'a', cannot('ALL_ATTRIBUTES')],
    ['COUNT', undefined, 'answered'],
    ['COUNT', 'a', cannot('only the Count')],
    ['SPECIFIC_ATTRIBUTES', 'a', 'answered'],
    [
      'SPECIFIC_ATTRIBUTES',
      undefined,
      'Validation: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    ],
    ['ALL_PROJECTED_ATTRIBUTES', undefined, onlyIndexes],
    ['ALL_PROJECTED_ATTRIBUTES', 'a', onlyIndexes],
  ];
  for (const [choice, projection, said] of cases) {
    test(`${choice} with ${projection}: ${said}`, async () => {
      const input = {
        ...(choice && { Select: choice }),
        ...(projection && { ProjectionExpression: projection }),
      };
      expect(await refusalOf(() => checkSelect('Scan', input))).toBe(said);
    });
  }

  test('attributes to get count as a projection does', async () => {
    const AttributesToGet = ['a'];
    const saidOf = (Select: Select) => refusalOf(() => checkSelect('Scan', { Select, AttributesToGet }));
    expect(await saidOf('SPECIFIC_ATTRIBUTES')).toBe('answered');
    expect(await saidOf('COUNT')).toBe(
      'Validation: Cannot specify the AttributesToGet when choosing to get only the Count',
    );
  });
});

test('a Query opens what it says as failed constraints are', async () => {
  const saidOf = (Select: Select, projection = {}) =>
    refusalOf(() => checkSelect('Query', { Select, ...projection }));
  const opening = 'Validation: 1 validation error detected: ';
  expect(await saidOf('ALL_PROJECTED_ATTRIBUTES')).toBe(
    `${opening}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
  );
  expect(await saidOf('SPECIFIC_ATTRIBUTES')).toBe(
    `${opening}Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES`,
  );
  expect(await saidOf('COUNT', { ProjectionExpression: 'a' })).toBe(
    `${opening}Cannot specify the ProjectionExpression when choosing to get only the Count`,
  );
});

describe('an index answers', () => {
  const cases: [Select, string | undefined, string][] = [
    ['ALL_PROJECTED_ATTRIBUTES', undefined, 'answered'],
    [
      'ALL_PROJECTED_ATTRIBUTES',
      'a',
      'Validation: Cannot specify the ProjectionExpression when choosing to get ALL_PROJECTED_ATTRIBUTES',
    ],
  ];
  for (const [choice, projection, said] of cases) {
    test(`${choice} with ${projection}: ${said}`, async () => {
      const input = {
        IndexName: 'i',
        Select: choice,
        ...(projection && { ProjectionExpression: projection }),
      };
      expect(await refusalOf(() => checkSelect('Scan', input))).toBe(said);
    });
  }
});
