import { describe, expect, test } from 'vitest';
import { refusePlain, tlsEndpoint } from '../../src/kms/tls-endpoint.ts';

const unsafe = expect.objectContaining({ name: 'Outage', code: 'KeyServiceUnsafe' });
const thrown = (address: string): unknown => {
  try {
    return tlsEndpoint(address).href;
  } catch (fault) {
    return fault;
  }
};

describe('R-NET-1: the address of a key service', () => {
  test.each([
    'https://kms.example.com',
    'https://10.0.0.1:8200',
    'http://127.0.0.1:8200',
    'http://localhost:8200',
    'http://[::1]:8200',
  ])('may be %s', (address) => expect(thrown(address)).toBe(`${address}/`));

  test.each([
    'http://kms.example.com',
    'http://10.0.0.1:8200',
    'http://localhost.example.com',
    'http://[::2]',
  ])('is not safe at %s', (address) => expect(thrown(address)).toEqual(unsafe));

  test.each([
    '',
    'kms.example.com',
    'ftp://localhost',
    'file:///etc',
    'https://user:password@kms.example.com',
  ])('is not written %s', (address) => {
    expect(thrown(address)).toBeInstanceOf(TypeError);
    expect(String(thrown(address))).not.toContain('password');
  });
});

test('what goes out is held to the same', () => {
  expect(() => refusePlain('https:', 'kms.example.com')).not.toThrow();
  expect(() => refusePlain('http:', '127.0.0.1')).not.toThrow();
  expect(() => refusePlain('http:', 'kms.example.com')).toThrow('kms.example.com is to be asked over https');
});
