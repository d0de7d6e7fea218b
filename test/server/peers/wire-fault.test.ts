import { expect, test } from 'vitest';
import { WireFault } from '../../../src/server/peers/wire-fault.ts';

test('a fault of the wire says where, and at the beginning where nothing has a name yet', () => {
  expect(new WireFault('members.2.stamp').message).toBe('A message of a peer is wrong at members.2.stamp.');
  expect(new WireFault('').message).toBe('A message of a peer is wrong at its beginning.');
});
