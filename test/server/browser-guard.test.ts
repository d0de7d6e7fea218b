import { expect, test } from 'vitest';
import { comesFromPage, pageRefused } from '../../src/server/browser-guard.ts';
import { textOf } from './support.ts';

test.each([
  ['a client without a browser', { host: 'localhost:8000' }, '127.0.0.1', false],
  [
    'a fetch of Node, which tells its mode',
    { host: '127.0.0.1:8000', 'sec-fetch-mode': 'cors' },
    '127.0.0.1',
    false,
  ],
  [
    'an address typed into a browser',
    { host: 'localhost:8000', 'sec-fetch-site': 'none' },
    '127.0.0.1',
    false,
  ],
  [
    'a page of another origin (B30)',
    { host: 'localhost:8000', origin: 'https://example.com' },
    '127.0.0.1',
    true,
  ],
  ['a page without an origin', { host: 'localhost:8000', 'sec-fetch-site': 'cross-site' }, '127.0.0.1', true],
  ['a page whose name was bound anew (B30)', { host: 'rebound.example.com:8000' }, '127.0.0.1', true],
  ['no host at all', {}, '127.0.0.1', true],
  ['another name, where the server is open to other machines', { host: 'db.example.com' }, '0.0.0.0', false],
  ['a page, where the server is open to other machines', { host: 'db', origin: 'null' }, '0.0.0.0', true],
])('%s', (_, headers, listensOn, page) => {
  expect(comesFromPage(headers, listensOn)).toBe(page);
});

test('a page learns why it gets nothing', () => {
  const answer = pageRefused();
  expect(answer.status).toBe(403);
  expect(textOf(answer)).toContain('answers no web page');
});
