import { expect, test } from 'vitest';
import { refuse, refuseExpression } from '../../../src/tables/expression/refusal.ts';
import { refusal } from '../support.ts';

test('a refusal is the sentence alone, or under the name of its expression', () => {
  expect(refusal(() => refuse('No.'))).toBe('No.');
  expect(refusal(() => refuseExpression('FilterExpression', 'No.'))).toBe('Invalid FilterExpression: No.');
});
