import { expect, test } from 'vitest';
import { IntegrityFault, Outage, Refusal } from '../../../src/base/errors.ts';
import { decodeRefusal, encodeRefusal } from '../../../src/server/peers/fault-codec.ts';
import { encodeFramed } from '../../../src/server/peers/peer-message.ts';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';

const carried: readonly Refusal[] = [
  new Refusal('Validation', { message: 'so' }),
  new Refusal('TableInUse', { message: 'so' }),
  new Refusal('LimitExceeded', { message: 'so' }),
  new Refusal('TableNotFound', {}),
  new Refusal('TableNotFound', { table: 'notes' }),
  new Refusal('TableKeyRefused', { message: 'so', denied: true }),
  new Refusal('TableKeyRefused', { message: 'so', denied: false, keyCode: 'KeyDisabled' }),
];
for (const refusal of carried) {
  test(`${refusal.code} ${JSON.stringify(refusal.details)} comes to the other side as it is`, () => {
    const again = decodeRefusal(encodeRefusal(refusal) ?? new Uint8Array(0));
    expect([again.code, again.details, again.message]).toEqual([
      refusal.code,
      refusal.details,
      refusal.message,
    ]);
  });
}

test('a sentence that is too long for a message comes as far as it fits', () => {
  const refusal = new Refusal('Validation', { message: 'x'.repeat(9000) });
  expect(decodeRefusal(encodeRefusal(refusal) ?? new Uint8Array(0)).message).toBe('x'.repeat(8192));
});

test('of no other fault is anything told', () => {
  const faults = [
    new Refusal('AccessDenied', { message: 'so' }),
    new Outage('StoreFull'),
    new IntegrityFault({ page: 7 }),
    new Error('bug'),
    'thrown',
  ];
  for (const fault of faults) expect(encodeRefusal(fault)).toBeUndefined();
});

test('a refusal that no peer gives is a fault of the wire', () => {
  for (const head of [
    { code: 'AccessDenied', message: 'so' },
    { code: 'Validation' },
    { code: 'Validation', message: 'so', more: 1 },
    { code: 'Validation', message: 'x'.repeat(9000) },
    { code: 'TableKeyRefused', message: 'so' },
  ]) {
    expect(() => decodeRefusal(encodeFramed(head))).toThrow(WireFault);
  }
});
