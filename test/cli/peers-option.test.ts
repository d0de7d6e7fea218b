import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { peersOf, peersText } from '../../src/cli/peers-option.ts';
import { saidSkip } from '../support/said-skip.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-peers-'));
const file = join(folder, 'peers.json');
const secret = 'a secret key';
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = {
  certificate: 'own.pem',
  key: 'own.key',
  authority: join(folder, 'ca.pem'),
  listen: { host: '0.0.0.0', port: 8443 },
  regions: { 'eu-west-1': { url: 'https://eu.test:8443', name: 'eu.test' } },
};
const write = (content: object | string) =>
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));

beforeEach(() => {
  writeFileSync(join(folder, 'own.pem'), 'a certificate');
  writeFileSync(join(folder, 'own.key'), secret);
  writeFileSync(join(folder, 'ca.pem'), 'an authority');
  chmodSync(join(folder, 'own.key'), 0o600);
});

test('the file names the others, and files beside it what this process shows them', () => {
  write(good);
  expect(peersOf({ peers: file })).toEqual({
    peers: { ...good, certificate: 'a certificate', key: secret, authority: 'an authority' },
  });
  const { listen: _, ...silent } = good;
  write(silent);
  expect(peersOf({ peers: file }).peers).not.toHaveProperty('listen');
  expect(peersOf({})).toEqual({});
});

test('the start says who the others are', () => {
  write(good);
  expect(peersText(peersOf({ peers: file }))).toBe(
    '  peers     eu-west-1, over mutual TLS; asked by them on 0.0.0.0:8443\n',
  );
  const { listen: _, ...silent } = good;
  write({ ...silent, regions: {} });
  expect(peersText(peersOf({ peers: file }))).toBe('  peers     none, over mutual TLS; not asked by them\n');
  expect(peersText({})).toBe('');
});

describe('what is refused says why, and shows no key:', () => {
  const place = good.regions['eu-west-1'];
  const cases: readonly (readonly [string, object | string, RegExp])[] = [
    ['no JSON', secret, /this is no JSON/],
    ['a list', [], /the file is an object/],
    ['a member of another name', { ...good, certficate: 'x' }, /certficate is not known here/],
    ['no key', { ...good, key: undefined }, /key is a text, and is there/],
    ['a certificate that is not there', { ...good, certificate: 'none.pem' }, /none.pem cannot be read/],
    ['a port of nothing', { ...good, listen: { host: 'a', port: 0 } }, /port is a whole number/],
    ['a port that is a text', { ...good, listen: { host: 'a', port: '1' } }, /port is a whole number/],
    ['a place with more', { ...good, listen: { host: 'a', port: 1, path: '/' } }, /path is not known here/],
    ['no regions', { ...good, regions: undefined }, /regions is an object/],
    ['a region without an address', { ...good, regions: { moon: { name: 'a' } } }, /url is a text/],
    ['a region with more', { ...good, regions: { moon: { ...place, port: 1 } } }, /port is not known here/],
  ];
  for (const [title, content, sentence] of cases) {
    test(title, () => {
      write(content);
      expect(() => peersOf({ peers: file })).toThrow(sentence);
      expect(() => peersOf({ peers: file })).not.toThrow(secret);
    });
  }

  test('a file that is not there', () => {
    expect(() => peersOf({ peers: join(folder, 'none') })).toThrow(/cannot be read/);
  });

  const hasNoModes = saidSkip(
    process.platform === 'win32',
    'keys that others may read: Windows has no modes',
  );
  /** R-FS-1 */
  test.skipIf(hasNoModes)('a key that others may read', () => {
    write(good);
    chmodSync(join(folder, 'own.key'), 0o640);
    expect(() => peersOf({ peers: file })).toThrow(/chmod 600/);
  });
});
