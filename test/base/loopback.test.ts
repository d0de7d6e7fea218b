import { expect, test } from 'vitest';
import { isLoopback } from '../../src/base/loopback.ts';

test.each([
  ['localhost', true],
  ['LocalHost', true],
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['127.1.evil', false],
  ['127.0.0.1.nip.example', false],
  ['0.0.0.0', false],
  ['::', false],
  ['', false],
])('%s is this machine alone: %s', (host, isOwn) => expect(isLoopback(host)).toBe(isOwn));
