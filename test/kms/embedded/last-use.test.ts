import { expect, test } from 'vitest';
import { LastUses } from '../../../src/kms/embedded/last-use.ts';
import { openKms, tableService, user } from '../../support/embedded-kms.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** No table stands behind these data keys, so that the service has no grant for them. */
const alone = { byCallerAlone: true };

test('the last use of each key is told with its time, and none of a key that was not used', () => {
  const clock = new VirtualClock();
  const uses = new LastUses(clock);
  const sinceMs = clock.nowMs();
  uses.note('arn:a', 'Encrypt');
  clock.advance(5);
  uses.note('arn:a', 'Decrypt');
  expect(uses.of('arn:a')).toEqual({ operation: 'Decrypt', atMs: sinceMs + 5 });
  expect(uses.of('arn:b')).toBeUndefined();
  expect(uses.sinceMs).toBe(sinceMs);
});

test('a table that makes and opens its key uses it too', async () => {
  const { kms } = await openKms();
  const { keyId, arn } = await kms.keys.create(user, {});
  const { ciphertext } = await kms.generateDataKey(tableService, keyId, new Map());
  expect(kms.lastUses.of(arn)?.operation).toBe('GenerateDataKey');
  await kms.decryptDataKey(tableService, ciphertext, new Map(), alone);
  expect(kms.lastUses.of(arn)?.operation).toBe('Decrypt');
});
