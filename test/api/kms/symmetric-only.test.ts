import { describe, expect, test } from 'vitest';
import {
  requireNoGrantTokens,
  requireNoKeyStore,
  requireNoRecipient,
  requireSymmetric,
} from '../../../src/api/kms/symmetric-only.ts';
import { refusalOf } from '../../support/refusal.ts';

describe('a parameter for other keys and callers', () => {
  for (const [name, call, outcome] of [
    ['no algorithm', () => requireSymmetric(undefined), 'answered'],
    ['the one algorithm', () => requireSymmetric('SYMMETRIC_DEFAULT'), 'answered'],
    [
      'another algorithm',
      () => requireSymmetric('SM2PKE'),
      'KeyUsageWrong: Algorithm SM2PKE is incompatible with key spec SYMMETRIC_DEFAULT.',
    ],
    ['no tokens', () => requireNoGrantTokens(undefined), 'answered'],
    ['an empty list of tokens', () => requireNoGrantTokens([]), 'answered'],
    ['a token', () => requireNoGrantTokens(['t']), 'InvalidGrantToken'],
    ['no recipient', () => requireNoRecipient(undefined), 'answered'],
    [
      'a recipient',
      () => requireNoRecipient({}),
      'UnsupportedKeyOperation: Recipient is not supported: ' +
        'this key service cannot verify an attestation document.',
    ],
    ['no key store', () => requireNoKeyStore(undefined), 'answered'],
    [
      'a key store',
      () => requireNoKeyStore(''),
      'UnsupportedKeyOperation: Custom key stores are not supported: ' +
        'this key service keeps its keys itself.',
    ],
  ] as const) {
    test(`${name}: ${outcome}`, async () => expect(await refusalOf(call)).toBe(outcome));
  }
});
