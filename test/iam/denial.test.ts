import { expect, test } from 'vitest';
import { denialMessage } from '../../src/iam/denial.ts';
import type { PolicySource } from '../../src/iam/evaluate.ts';
import { principalOf } from '../../src/iam/principal.ts';

const rows: [PolicySource, boolean, string][] = [
  ['identity', false, 'because no identity-based policy allows the kms:Decrypt action'],
  ['identity', true, 'with an explicit deny in an identity-based policy'],
  ['resource', false, 'because no resource-based policy allows the kms:Decrypt action'],
  ['resource', true, 'with an explicit deny in a resource-based policy'],
  ['boundary', false, 'because no permissions boundary allows the kms:Decrypt action'],
  ['boundary', true, 'with an explicit deny in a permissions boundary'],
  ['session', false, 'because no session policy allows the kms:Decrypt action'],
  ['session', true, 'with an explicit deny in a session policy'],
];
for (const [source, explicit, why] of rows) {
  test(`a request is denied ${why}`, () => {
    const principal = principalOf('arn:aws:iam::111122223333:user/ada', '111122223333');
    const request = {
      principal,
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:us-east-1:111122223333:key/k',
    };
    expect(denialMessage(request, { explicit, source })).toBe(
      'User: arn:aws:iam::111122223333:user/ada is not authorized to perform: kms:Decrypt ' +
        `on resource: arn:aws:kms:us-east-1:111122223333:key/k ${why}`,
    );
  });
}
