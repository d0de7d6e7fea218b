import { expect, test } from 'vitest';
import { isLoopback } from '../../src/base/loopback.ts';
import { hostName, isFixedName } from '../../src/server/loopback.ts';

test.each([
  ['localhost', true, true],
  ['LOCALHOST', true, true],
  ['127.0.0.1', true, true],
  ['127.9.9.9', true, true],
  ['::1', true, true],
  ['db.localhost', false, true],
  ['0.0.0.0', false, true],
  ['::', false, true],
  ['192.0.2.1', false, true],
  ['127.example.com', false, false],
  ['127.0.0.1.example.com', false, false],
  ['localhost.example.com', false, false],
  ['evil-localhost', false, false],
  ['', false, false],
])(
  '%s: reached by this machine alone %s, a name that no foreign server gives %s',
  (host, loopback, fixed) => {
    expect([isLoopback(host), isFixedName(host)]).toEqual([loopback, fixed]);
  },
);

test.each([
  ['localhost:8000', 'localhost'],
  ['localhost', 'localhost'],
  ['[::1]:8000', '::1'],
  ['[::1]', '::1'],
  ['example.com:', 'example.com'],
  ['[::1]evil', '[::1]evil'],
])('the host of %s is %s', (header, name) => {
  expect(hostName(header)).toBe(name);
});
