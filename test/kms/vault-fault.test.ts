import { describe, expect, test } from 'vitest';
import { vaultFault } from '../../src/kms/vault-fault.ts';

const arn = 'vault:transit/keys/books';
const of = (status: number, ...errors: string[]) => vaultFault({ status, errors }, arn);

describe('what Vault answers', () => {
  test.each([
    [400, 'encryption key not found', 'KeyNotFound'],
    [400, 'no existing key named books could be found', 'KeyNotFound'],
    [400, 'ciphertext or signature version is disallowed by policy (too old)', 'KeyInvalidState'],
    [400, 'ciphertext or signature version is disallowed by policy (too new)', 'InvalidCiphertext'],
    [400, 'invalid ciphertext: no prefix', 'InvalidCiphertext'],
    [400, 'invalid ciphertext: could not decode base64', 'InvalidCiphertext'],
    [400, 'cipher: message authentication failed', 'InvalidCiphertext'],
    [400, 'key is soft deleted', 'KeyDisabled'],
    [400, 'message decryption not supported for key type ed25519', 'KeyUsageWrong'],
    [400, "missing 'context' for key derivation", 'Validation'],
    [403, 'permission denied', 'KeyAccessDenied'],
    [404, '', 'KeyNotFound'],
    [404, 'no handler for route "transit/keys/x". route entry not found.', 'KeyServiceUnavailable'],
    [404, 'unsupported path', 'KeyServiceUnavailable'],
    [412, 'required index state not present', 'KeyServiceUnavailable'],
    [429, 'rate limit quota exceeded', 'KeyServiceThrottled'],
    [472, '', 'KeyServiceUnavailable'],
    [473, '', 'KeyServiceUnavailable'],
    [500, 'internal error', 'KeyServiceUnavailable'],
    [503, 'Vault is sealed', 'KeyServiceUnavailable'],
    [301, '', 'KeyServiceWrong'],
    [307, '', 'KeyServiceWrong'],
    [204, '', 'KeyServiceWrong'],
    [418, '', 'KeyServiceWrong'],
  ])('%i "%s" is %s', (status, error, code) => {
    expect(of(status, ...(error === '' ? [] : [error])).code).toBe(code);
  });

  test('is told in its own words, which have a bound', () => {
    expect(of(403, 'permission denied').message).toBe(`Vault: permission denied (${arn})`);
    expect(of(400, 'x'.repeat(10_000)).message.length).toBeLessThan(600);
  });
});
