import { expect } from 'vitest';
import { build, plain, proofTest, run } from './proof.ts';

proofTest(
  'R-NON-2e: a forked child has no keys, refuses to work, and leaves the parent its own',
  plain.tools,
  () => {
    const done = run(`${build(plain, ['fork'])}/fork`, []);
    expect(done.code, done.said).toBe(0);
    expect(done.said.match(/ 0 failures/g)).toHaveLength(2);
  },
);
