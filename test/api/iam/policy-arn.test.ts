import { expect, test } from 'vitest';
import { requirePolicyArn } from '../../../src/api/iam/policy-arn.ts';
import { refusalOf } from '../../support/refusal.ts';

for (const arn of ['arn:aws:iam::123456789012:policy/a/b', 'arn:aws:iam::aws:policy/ReadOnlyAccess']) {
  test(`${arn} may be one of a policy`, async () => {
    expect(await refusalOf(() => requirePolicyArn(arn))).toBe('answered');
  });
}

for (const arn of [
  'ReadOnlyAccess-is-no-ARN',
  'arn:aws:iam::123456789012:role/reader',
  'arn:aws:iam::123:policy/short',
  'arn:aws:iam::123456789012:policy/',
  'arn:aws:s3:::a-bucket-of-mine',
]) {
  test(`${arn} is none`, async () => {
    expect(await refusalOf(() => requirePolicyArn(arn))).toBe(`EntityInput: ARN ${arn} is not valid.`);
  });
}
