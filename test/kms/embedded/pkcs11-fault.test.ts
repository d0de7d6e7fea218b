import { expect, test } from 'vitest';
import { Outage } from '../../../src/base/errors.ts';
import { pkcs11Fault } from '../../../src/kms/embedded/pkcs11-fault.ts';

const otherwise = { code: 'RootKeyMissing', hint: 'otherwise' } as const;

test.each([
  ['CKR_PIN_INCORRECT', 'RootKeyRefused', 'is wrong'],
  ['CKR_PIN_LEN_RANGE', 'RootKeyRefused', 'is wrong'],
  ['CKR_PIN_LOCKED', 'RootKeyRefused', 'locked'],
  ['CKR_PIN_EXPIRED', 'RootKeyRefused', 'expired'],
  ['CKR_USER_PIN_NOT_INITIALIZED', 'RootKeyRefused', 'no PIN'],
  ['CKR_TOKEN_NOT_PRESENT', 'RootKeyMissing', 'removed'],
  ['CKR_DEVICE_REMOVED', 'RootKeyMissing', 'removed'],
  ['CKR_SESSION_HANDLE_INVALID', 'RootKeyMissing', 'removed'],
  ['CKR_MECHANISM_INVALID', 'RootKeyWrong', 'AES-GCM'],
  ['CKR_KEY_FUNCTION_NOT_PERMITTED', 'RootKeyRefused', 'does not let'],
  ['CKR_TOKEN_WRITE_PROTECTED', 'RootKeyRefused', 'does not let'],
  ['CKR_GENERAL_ERROR', 'RootKeyMissing', 'otherwise'],
  ['cannot open shared object file', 'RootKeyMissing', 'otherwise'],
])('%s is %s', (words, code, hint) => {
  const cause = new Error(`${words}:1`);
  const fault = pkcs11Fault(cause, otherwise);
  expect(fault).toMatchObject({ code, cause, message: expect.stringContaining(hint) });
});

test('what is told already stays as it is', () => {
  const outage = new Outage('RootKeyWrong');
  expect(pkcs11Fault(outage, otherwise)).toBe(outage);
  expect(pkcs11Fault('text', otherwise).message).toContain('otherwise');
});
