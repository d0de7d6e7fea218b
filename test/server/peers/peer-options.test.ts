import { describe, expect, test } from 'vitest';
import {
  type PeerOptions,
  requirePeerOptions,
  secureContextOf,
} from '../../../src/server/peers/peer-options.ts';
import { asked, asking, askingOptions } from './support.ts';

const good = askingOptions(443);
const place = { url: 'https://eu.test:443', name: 'eu.test' };
const at = (url: string): Partial<PeerOptions> => ({ regions: { 'eu-west-1': { ...place, url } } });

test('good options are taken, whatever the letters of a name', () => {
  requirePeerOptions(good);
  requirePeerOptions({ ...good, regions: { 'eu-west-1': { ...place, name: 'EU.test' }, moon: place } });
  requirePeerOptions({ ...good, regions: {} });
});

describe('refused is', () => {
  const cases: readonly (readonly [string, Partial<PeerOptions>])[] = [
    ['a region of another form', { regions: { 'EU West': place } }],
    ['an address without TLS', at('http://eu.test:443')],
    ['an address with a path', at('https://eu.test/a')],
    ['an address with a query', at('https://eu.test/?a')],
    ['an address with a user', at('https://me@eu.test/')],
    ['an address that is none', at('eu.test:443')],
    ['a name with a star', { regions: { 'eu-west-1': { ...place, name: '*.test' } } }],
    ['a name that is none', { regions: { 'eu-west-1': { ...place, name: '' } } }],
    ['a certificate that is none', { certificate: 'none' }],
    ['the key of another certificate', { key: asked.key }],
    ['an authority that may sign nothing', { authority: asked.certificate }],
    ['an authority that is none', { authority: 'none' }],
    [
      'an authority that is no certificate',
      { authority: '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n' },
    ],
  ];
  for (const [title, change] of cases) {
    test(title, () => {
      const refused = () => requirePeerOptions({ ...good, ...change });
      expect(refused).toThrow(TypeError);
      expect(refused).toThrow(/^peers: /);
    });
  }
});

/** R-LOG-1 */
test('a key that is none is not shown', () => {
  const key = `${asking.key.slice(0, 60)}secret${asking.key.slice(66)}`;
  try {
    secureContextOf({ ...good, key });
    expect.unreachable();
  } catch (fault) {
    const { message, cause, stack } = fault as Error;
    expect(`${message} ${cause} ${stack} ${(cause as Error).stack}`).not.toContain('secret');
  }
});
