import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { isNamed, regionsOf } from '../../../src/server/peers/peer-identity.ts';
import { askingOptions, signedFor } from './support.ts';

const raw = (...names: readonly string[]) => new X509Certificate(signedFor({ names }).certificate).raw;

test('a certificate is of whom its DNS names tell, in full, and letters are alike', () => {
  const certificate = raw('one.test', 'two.test');
  const asked = ['one.test', 'TWO.test', 'three.test', 'x.one.test', 'test'];
  expect(asked.filter((name) => isNamed(certificate, name))).toEqual(['one.test', 'TWO.test']);
});

test('a star is nobody, and neither is a subject alone', () => {
  expect(isNamed(raw('*.test'), 'one.test')).toBe(false);
  // The subject is the first name; here there is no DNS name beside it.
  expect(isNamed(raw(), '')).toBe(false);
});

test('the regions are those of every place with that name', () => {
  const place = { url: 'https://a.test', name: 'one.test' };
  const other = { url: 'https://b.test', name: 'two.test' };
  const options = { ...askingOptions(1), regions: { 'eu-west-1': place, 'eu-west-2': place, moon: other } };
  expect([...regionsOf(raw('one.test'), options)]).toEqual(['eu-west-1', 'eu-west-2']);
  expect([...regionsOf(raw('three.test'), options)]).toEqual([]);
});
