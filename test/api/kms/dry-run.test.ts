import { expect, test } from 'vitest';
import { stopDryRun } from '../../../src/api/kms/dry-run.ts';
import { refusalOf } from '../../support/refusal.ts';

test('a dry run ends in a refusal that says it would have succeeded; any other goes on (E13)', async () => {
  const sentence = 'DryRun: The request would have succeeded, but the DryRun option is set.';
  expect(await refusalOf(() => stopDryRun(true))).toBe(sentence);
  for (const not of [false, undefined]) expect(await refusalOf(() => stopDryRun(not))).toBe('answered');
});
