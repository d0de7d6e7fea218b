import { describe, expect, test } from 'vitest';
import { patternFor, policyText, textFor } from '../../src/iam/policy-text.ts';
import { requestFacts } from '../../src/iam/request-facts.ts';
import { matches, matchesArn } from '../../src/iam/wildcard.ts';

const of = (inner: string) => `$${`{${inner}}`}`;
const facts = requestFacts([
  ['aws:username', 'a*a'],
  ['aws:PrincipalTag/team', 'x:y'],
  ['aws:TagKeys', ['one', 'two']],
]);
const read = (text: string, variables = true) => {
  const found = policyText(text, { variables });
  if (found === undefined) throw new Error(`${text} is no text`);
  return found;
};

describe('a text of a policy', () => {
  const rows: [string, string | undefined][] = [
    ['plain', 'plain'],
    [`home/${of('aws:username')}/x`, 'home/a*a/x'],
    [of('AWS:UserName'), 'a*a'],
    [`${of('*')}${of('?')}${of('$')}`, '*?$'],
    [of('aws:userid'), undefined],
    [of("aws:userid, 'nobody'"), 'nobody'],
    [of("aws:username, 'nobody'"), 'a*a'],
    [of('aws:TagKeys'), undefined],
  ];
  for (const [text, expected] of rows) {
    test(`${text} stands for ${expected}`, () => expect(textFor(read(text), facts)).toBe(expected));
  }
  for (const text of [of('aws:Nobody'), of(''), of("aws:userid, nobody'"), `$${'{aws:username'}`]) {
    test(`${text} is no text`, () => expect(policyText(text, { variables: true })).toBeUndefined());
  }
  test('of beginnings of variables alone is found to be none at once (R-JS-2)', () => {
    const startMs = performance.now();
    expect(policyText('${'.repeat(100_000), { variables: true })).toBeUndefined();
    expect(performance.now() - startMs).toBeLessThan(500);
  });
  test('of the older language has no variables', () => {
    expect(textFor(read(of('aws:Nobody'), false), facts)).toBe(of('aws:Nobody'));
  });

  test('has wildcards of its own, and none that came with a variable (R-POL-1)', () => {
    const pattern = patternFor(read(`${of('aws:username')}-*`), facts) ?? [];
    expect(['a*a-1', 'aba-1'].map((text) => matches(pattern, text))).toEqual([true, false]);
    expect(patternFor(read(`${of('aws:userid')}*`), facts)).toBeUndefined();
  });

  test('has the parts of an ARN that it was written with, and none that came with a variable', () => {
    const pattern =
      patternFor(read(`arn:aws:dynamodb:r:${of('aws:PrincipalTag/team')}:table/*`), facts) ?? [];
    expect(matchesArn(pattern, 'arn:aws:dynamodb:r:x:y:table/b')).toBe(false);
    const inResource =
      patternFor(read(`arn:aws:dynamodb:r:1:table/${of('aws:PrincipalTag/team')}`), facts) ?? [];
    expect(matchesArn(inResource, 'arn:aws:dynamodb:r:1:table/x:y')).toBe(true);
  });
});
