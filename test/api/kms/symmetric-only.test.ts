import { describe, expect, test } from 'vitest';
import {
  requireNoKeyStore,
  requireNoRecipient,
  requireNoSuchKeyStore,
} from '../../../src/api/kms/symmetric-only.ts';
import { refusalOf } from '../../support/refusal.ts';

describe('a parameter for other keys and callers', () => {
  for (const [name, call, outcome] of [
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
    ['no key store by its id', () => requireNoSuchKeyStore(undefined), 'answered'],
    ['a key store by its id', () => requireNoSuchKeyStore('cks-1'), 'KeyStoreNotFound'],
  ] as const) {
    test(`${name}: ${outcome}`, async () => expect(await refusalOf(call)).toBe(outcome));
  }
});
