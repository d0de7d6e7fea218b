import { describe, expect, test } from 'vitest';
import { policyJson } from '../../src/iam/policy-json.ts';

describe('the JSON of a policy', () => {
  for (const text of [
    '{}',
    '[]',
    'null',
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":"b:c:{[","d\\":":"\\"e:"}',
    '{"__proto__":1}',
    ' {"a" : 1}\n',
  ]) {
    test(`is read: ${text}`, () => expect(policyJson(text)).toEqual(JSON.parse(text)));
  }
  for (const text of [
    '',
    '{',
    '{"a":1,}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":1,"__proto__":1}',
    '{"b":[{"a":1,"a":1}]}',
    `${'['.repeat(9)}${']'.repeat(9)}`,
    `${'['.repeat(16_000)}${']'.repeat(16_000)}`,
  ]) {
    test(`is refused: ${text.slice(0, 40)} of ${text.length} (R-POL-1)`, () =>
      expect(policyJson(text)).toBeUndefined());
  }
  test('is refused in no time where it is all quotes and backslashes', () => {
    const startMs = performance.now();
    expect(policyJson('\\"'.repeat(16_000))).toBeUndefined();
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});
