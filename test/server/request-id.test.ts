import { expect, test } from 'vitest';
import { newRequestId } from '../../src/server/request-id.ts';

test.each([
  ['dynamodb', /^[0-9A-Z]{52}$/],
  ['kms', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
] as const)('ids of %s have the form its clients know, and none comes twice', (model, form) => {
  // More than are drawn at once.
  const ids = Array.from({ length: 1_000 }, () => newRequestId(model));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !form.test(id))).toEqual([]);
});
