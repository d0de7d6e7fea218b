import { expect, test } from 'vitest';
import { advice, diagnosisOfFault, diagnosisOfKey, diagnosisOfOutage } from '../src/diagnosis.ts';
import { pageProblems } from '../src/pages/tree-walk.ts';
import { headProblems } from '../src/pages/verify.ts';

test('every diagnosis has a sentence on what to do', () => {
  for (const [diagnosis, sentence] of Object.entries(advice))
    expect(sentence, diagnosis).toMatch(/^[A-Z].*\.$/);
});

test.each([
  ['StoreLocked', 'StoreLocked'],
  ['StoreConflict', 'StoreLocked'],
  ['StoreRolledBack', 'RolledBack'],
  ['KeyServiceUnavailable', 'KeyServiceUnreachable'],
  ['KeyServiceSlow', 'KeyServiceUnreachable'],
  ['KeyServiceThrottled', 'KeyServiceUnreachable'],
  ['KeyServiceWrong', 'KeyServiceWrong'],
  ['KeyServiceCredentials', 'KeyServiceCredentials'],
  ['RootKeyRefused', 'RootKeyRefused'],
  ['RootKeyWrong', 'RootKeyWrong'],
  ['Closed', 'StoreUnavailable'],
] as const)('the outage %s is the diagnosis %s', (code, diagnosis) => {
  expect(diagnosisOfOutage(code)).toBe(diagnosis);
});

test.each([
  [pageProblems.missing, 'PageMissing'],
  [pageProblems.unreadable, 'PageTampered'],
  [pageProblems.otherVersion, 'PageReplayed'],
  [pageProblems.younger, 'PageReplayed'],
  [pageProblems.moved, 'PageMoved'],
  [pageProblems.changed, 'PageTampered'],
  [headProblems.missing, 'PageMissing'],
  [headProblems.older, 'RolledBack'],
  [headProblems.changed, 'PageTampered'],
  ['has no parent', 'PageMoved'],
  ['its keys do not open', 'KeysTampered'],
  ['is known to no one', 'UnknownTree'],
  ['its head counts other than it holds', 'CountsWrong'],
  ['is whatever else there may be', 'PageTampered'],
])('a page or head that %s is %s', (problem, diagnosis) => expect(diagnosisOfFault(problem)).toBe(diagnosis));

test.each([
  [undefined, 'KeyDeleted'],
  ['Disabled', 'KeyDisabled'],
  ['PendingDeletion', 'KeyPendingDeletion'],
  ['PendingImport', 'KeyRefused'],
  ['Enabled', 'KeyRefused'],
] as const)('a table whose key is %s is %s', (state, diagnosis) =>
  expect(diagnosisOfKey(state)).toBe(diagnosis),
);
