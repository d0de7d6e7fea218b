import { expect, test } from 'vitest';
import { principalSummaries } from '../src/principal-summary.ts';
import { account, allowing, identities, userNamed } from './support/identities.ts';

test('an operator sees who there is, with what, and by which keys that let in', () => {
  const key = { kind: 'access-key', secret: 'never-shown', account, user: 'ada', createdMs: 0 } as const;
  const { directory } = identities([
    userNamed('zoe'),
    userNamed('ada', {
      policies: [{ name: 'own', text: allowing('*') }],
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      boundary: 'b',
    }),
    { ...key, id: 'AKIAA', active: true },
    { ...key, id: 'AKIAB', active: false },
  ]);
  const summaries = principalSummaries(directory);
  expect(summaries).toEqual([
    {
      arn: `arn:aws:iam::${account}:user/ada`,
      policies: ['own', 'arn:aws:iam::aws:policy/AdministratorAccess'],
      boundary: 'b',
      accessKeys: ['AKIAA'],
    },
    { arn: `arn:aws:iam::${account}:user/zoe`, policies: [], accessKeys: [] },
  ]);
  expect(JSON.stringify(summaries)).not.toContain('never-shown');
});
