import { expect, test } from 'vitest';
import { header } from '../../src/server/request.ts';

test('a header is read by its own name only, never from a prototype', () => {
  expect(header({ host: 'localhost' }, 'host')).toBe('localhost');
  for (const name of ['constructor', 'toString', '__proto__', 'x-amz-date']) {
    expect(header({ host: 'localhost' }, name)).toBeUndefined();
  }
});
