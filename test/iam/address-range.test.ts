import { expect, test } from 'vitest';
import { addressRange } from '../../src/iam/address-range.ts';

for (const [range, address, isIn] of [
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.2', false],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['2001:db8::/32', '2001:db8:1::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['10.0.0.0/8', '::1', false],
  ['10.0.0.0/8', 'localhost', false],
  ['fe80::/10', 'fe80::1%eth0', false],
] as const) {
  test(`${address} is ${isIn ? '' : 'not '}in ${range}`, () =>
    expect(addressRange(range)?.(address)).toBe(isIn));
}

for (const range of [
  '',
  '10.0.0',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '::/129',
  '*',
]) {
  test(`'${range}' is no range`, () => expect(addressRange(range)).toBeUndefined());
}
