import { describe, expect, test } from 'vitest';
import { holds, isOperator, isValueOf } from '../../src/iam/condition.ts';
import { type PolicyText, policyText } from '../../src/iam/policy-text.ts';
import { type FactValue, requestFacts } from '../../src/iam/request-facts.ts';

const textOf = (text: string): PolicyText => {
  const read = policyText(text, { variables: true });
  if (read === undefined) throw new Error(`${text} is no text`);
  return read;
};
const holdsFor = (
  operator: string,
  asked: string | readonly string[],
  given: FactValue,
  effect: 'Allow' | 'Deny' = 'Allow',
) => {
  const values = [asked].flat().map(textOf);
  return holds({ operator, key: 'aws:Key', values }, requestFacts([['AWS:key', given]]), effect);
};

const operators: [string, boolean][] = [
  ['StringEquals', true],
  ['StringEqualsIfExists', true],
  ['ForAnyValue:StringLike', true],
  ['ForAllValues:ArnLikeIfExists', true],
  ['Null', true],
  ['Bool', true],
  ['NotIpAddress', true],
  ['NullIfExists', false],
  ['stringEquals', false],
  ['StringMatches', false],
  ['ForEachValue:StringEquals', false],
  ['IfExists', false],
  ['constructor', false],
  ['', false],
];
for (const [operator, known] of operators) {
  test(`operator '${operator}' is ${known ? '' : 'not '}known`, () =>
    expect(isOperator(operator)).toBe(known));
}

const arn = 'arn:aws:iam::111122223333:user/ada';
/** Operator, value of the policy, value of the request, whether it holds. */
const rows: [string, string | readonly string[], FactValue, boolean][] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['b', 'a'], 'a', true],
  ['StringEquals', 'a*', 'ab', false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringEqualsIgnoreCase', 'aB', 'Ab', true],
  ['StringNotEqualsIgnoreCase', 'aB', 'Ab', false],
  ['StringLike', 'a*c?', 'abbcd', true],
  ['StringLike', 'a*c?', 'abbc', false],
  ['StringNotLike', 'a*', 'b', true],
  ['ArnEquals', 'arn:aws:iam::*:user/*', arn, true],
  ['ArnLike', 'arn:aws:iam::*:user/a?a', arn, true],
  ['ArnLike', 'arn:aws:*:user/ada', arn, false],
  ['ArnNotLike', 'arn:aws:iam::*:role/*', arn, true],
  ['NumericEquals', '10', '10.0', true],
  ['NumericEquals', '10', 'ten', false],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '10', false],
  ['NumericGreaterThan', '9', '10', true],
  ['NumericGreaterThanEquals', '10', '10', true],
  ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true],
  ['DateNotEquals', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', false],
  ['DateLessThan', '2026-01-02', '2026-01-01T23:59:59Z', true],
  ['DateLessThanEquals', '1767225600', '2026-01-01T00:00:00Z', true],
  ['DateGreaterThan', '2026', '2026-01-01T00:00:00Z', false],
  ['DateGreaterThanEquals', '2026', '2026-01-01T00:00:00Z', true],
  ['Bool', 'true', 'true', true],
  ['Bool', 'True', 'false', false],
  ['BinaryEquals', 'QQ==', 'QQ==', true],
  ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
  ['IpAddress', '10.0.0.0/8', '11.1.2.3', false],
  ['NotIpAddress', '10.0.0.0/8', '11.1.2.3', true],
  ['IpAddress', '10.0.0.0/8', 'no address', false],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'x', false],
  ['Null', 'false', 'x', true],
  ['Null', 'true', [], true],
  // What is not there
  ['StringEquals', 'a', undefined, false],
  ['StringNotEquals', 'a', undefined, true],
  ['StringLike', '*', undefined, false],
  ['Bool', 'false', undefined, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
  // Several
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['c'], false],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'c'], true],
  ['ForAllValues:StringNotEquals', 'a', ['b', 'a'], false],
  ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
];
describe('a condition', () => {
  for (const [operator, asked, given, expected] of rows) {
    test(`${operator} ${asked} ${expected ? 'holds' : 'does not hold'} for ${given}`, () =>
      expect(holdsFor(operator, asked, given)).toBe(expected));
  }

  test('without a set operator has to hold for all of several values to allow, for one to deny (R-POL-1)', () => {
    const outcomes = (['Allow', 'Deny'] as const).map((effect) => [
      holdsFor('StringEquals', 'a', ['a', 'b'], effect),
      holdsFor('StringNotEquals', 'a', ['a', 'b'], effect),
    ]);
    expect(outcomes).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  test('with a variable holds for what that stands for', () => {
    const condition = {
      operator: 'StringLike',
      key: 'kms:EncryptionContext:owner',
      values: [textOf(`team-$${'{aws:username}'}-*`)],
    };
    const facts = (name: string | undefined, owner: string) =>
      requestFacts([
        ['aws:username', name],
        ['kms:EncryptionContext:OWNER', owner],
      ]);
    expect(holds(condition, facts('ada', 'team-ada-1'), 'Allow')).toBe(true);
    expect(holds(condition, facts('eve', 'team-ada-1'), 'Allow')).toBe(false);
    expect(holds(condition, facts('*', 'team-ada-1'), 'Allow')).toBe(false);
    expect(holds(condition, facts(undefined, 'team-ada-1'), 'Allow')).toBe(false);
  });
});

const values: [string, string, boolean][] = [
  ['NumericLessThan', '-1.5', true],
  ['NumericLessThan', '1e3', false],
  ['DateLessThan', '2026-13-01', false],
  ['Bool', 'yes', false],
  ['IpAddress', '::1/129', false],
  ['BinaryEquals', 'a b', false],
  ['Null', 'maybe', false],
  ['StringLike', '', true],
  ['NumericEquals', `$${'{aws:username}'}`, true],
];
for (const [operator, value, fits] of values) {
  test(`${value} is ${fits ? '' : 'not '}what ${operator} can compare`, () =>
    expect(isValueOf(operator, textOf(value))).toBe(fits));
}
