import { expect, test } from 'vitest';
import { nextRevisionId, withPolicy } from '../../src/tables/resource-policy.ts';

const policy = (resource: string, revisionId = '5') => ({ resource, text: '{}', revisionId });

test('a revision is named by its moment, and two of one moment apart', () => {
  expect(nextRevisionId(undefined, 77)).toBe('77');
  expect(nextRevisionId(policy('a', '77'), 77)).toBe('78');
  expect(nextRevisionId(policy('a', '5'), 77)).toBe('77');
});

test('a policy takes the place of the one of its resource, and of no other', () => {
  const before = [policy('a'), policy('b')];
  expect(withPolicy(before, 'a', policy('a', '6'))).toEqual([policy('b'), policy('a', '6')]);
  expect(withPolicy(before, 'a', undefined)).toEqual([policy('b')]);
});
