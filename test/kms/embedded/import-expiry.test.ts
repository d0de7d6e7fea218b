import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openKms, user } from '../../support/embedded-kms.ts';
import { importInto } from '../../support/wrapped-material.ts';

const dayMs = 86_400_000;

async function imported(validForMs: number | undefined) {
  const opened = await openKms();
  const { kms, clock } = opened;
  const { keyId, arn } = await kms.keys.create(user, { origin: 'EXTERNAL' });
  const material = randomBytes(32);
  const validToMs = validForMs === undefined ? undefined : clock.nowMs() + validForMs;
  await importInto(kms, keyId, { material, validToMs });
  const stateOf = (of = kms) => of.keys.read(user, 'DescribeKey', keyId).state;
  return { ...opened, keyId, arn, material, stateOf };
}

describe('imported material', () => {
  test('is there until the moment it expires, and then gone from the store', async () => {
    const { kms, clock, keyId, arn, stateOf } = await imported(7 * dayMs);
    const heard: string[] = [];
    kms.onKeyChange((changed) => heard.push(changed));
    await clock.advanceAndSettle(7 * dayMs - 1);
    expect(stateOf()).toBe('Enabled');
    await clock.advanceAndSettle(1);
    expect([stateOf(), heard]).toEqual(['PendingImport', [arn]]);
    expect(kms.keys.read(user, 'DescribeKey', keyId).materials[0]).not.toHaveProperty('sealed');
  });

  test('expires also while nobody runs', async () => {
    const { kms, clock, reopen, stateOf } = await imported(dayMs);
    await kms.close();
    clock.advance(dayMs);
    expect(stateOf(await reopen())).toBe('PendingImport');
  });

  test('that was imported again for longer stays', async () => {
    const { kms, clock, keyId, material, stateOf } = await imported(dayMs);
    await importInto(kms, keyId, { material });
    await clock.advanceAndSettle(400 * dayMs);
    expect(stateOf()).toBe('Enabled');
    expect(clock.timers, 'nothing is waited for').toBe(0);
  });

  test('without an expiry stays', async () => {
    const { clock, stateOf } = await imported(undefined);
    await clock.advanceAndSettle(400 * dayMs);
    expect(stateOf()).toBe('Enabled');
  });

  test('does not go at once when the clock leaps, but after looks that confirm it (R-LIFE-1)', async () => {
    const { clock, stateOf } = await imported(2 * dayMs);
    clock.jump(10 * dayMs);
    await clock.advanceAndSettle(3_600_000);
    expect(stateOf()).toBe('Enabled');
    await clock.advanceAndSettle(120_000);
    expect(stateOf()).toBe('PendingImport');
  });
});
