import { expect, test } from 'vitest';
import { baseTypeOf, header } from '../../src/server/request.ts';

test('a header is read by its own name only, never from a prototype', () => {
  expect(header({ host: 'localhost' }, 'host')).toBe('localhost');
  for (const name of ['constructor', 'toString', '__proto__', 'x-amz-date']) {
    expect(header({ host: 'localhost' }, name)).toBeUndefined();
  }
});

test('a content type is told without its parameters, however it is written', () => {
  const type = 'application/x-amz-json-1.0';
  for (const written of [type, 'Application/X-Amz-JSON-1.0', ` ${type} ; charset=utf-8`]) {
    expect(baseTypeOf({ 'content-type': written })).toBe(type);
  }
  expect(baseTypeOf({})).toBe('');
});
