import { describe, expect, test } from 'vitest';
import { tokenOfUri } from '../../src/cli/pkcs11-uri.ts';

const query = '?module-path=/lib/hsm.so&pin-source=file:/run/pin';
const token = { library: '/lib/hsm.so', token: 'main', pin: { file: '/run/pin' } };

describe('a PKCS#11 URI (RFC 7512)', () => {
  test.each([
    [`pkcs11:token=main${query}`, token],
    [`pkcs11:token=main;object=root${query}`, { ...token, key: 'root' }],
    [`pkcs11:object=root;token=main${query}`, { ...token, key: 'root' }],
    [`pkcs11:token=my%20main%3B1${query}`, { ...token, token: 'my main;1' }],
    ['pkcs11:token=main?pin-source=/run/pin&module-path=/lib/hsm.so', token],
    ['pkcs11:token=main?module-path=/lib/hsm.so&pin-source=file:///run/pin', token],
  ])('%s', (uri, expected) => expect(tokenOfUri(uri, {})).toEqual(expected));

  test('may take its PIN from the environment, which then forgets it', () => {
    const environment = { PIN: '1234', HOME: 'kept' };
    const uri = 'pkcs11:token=main?module-path=/lib/hsm.so&pin-source=env:PIN';
    expect(tokenOfUri(uri, environment)).toEqual({ ...token, pin: '1234' });
    expect(environment).toEqual({ HOME: 'kept' });
    expect(() => tokenOfUri(uri, environment)).toThrow('names PIN, but no such environment variable');
  });

  test.each([
    ['pkcs11:', 'needs its name'],
    ['pkcs11:token=main', 'needs its name'],
    [`pkcs11:object=root${query}`, 'needs its name'],
    ['pkcs11:token=main?module-path=/lib/hsm.so', 'needs its name'],
    [`pkcs11:token=main;serial=1${query}`, "not found by 'serial'"],
    [`pkcs11:token=main;token=other${query}`, "not found by 'token'"],
    [`pkcs11:token${query}`, "not found by 'token'"],
    [`pkcs11:token=%zz${query}`, 'two hexadecimal digits'],
    [`pkcs11:token=main${query}&pin-value=1234`, 'seen by other processes'],
  ])('is not written %s', (uri, words) => {
    expect(() => tokenOfUri(uri, {})).toThrow(words);
    expect(() => tokenOfUri(uri, {})).not.toThrow('1234');
  });
});
