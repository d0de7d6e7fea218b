import { describe, expect, test } from 'vitest';
import { type KeyCall, type KeyFaultKind, KeyFaults } from '../../src/lab/key-faults.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

const caller = { arn: 'arn:aws:iam::000000000000:root', account: '000000000000', region: 'eu-west-1' };
const call: KeyCall = { operation: 'Decrypt', caller, key: 'k' };

const outcomes: readonly (readonly [KeyFaultKind, object])[] = [
  ['throttle', { code: 'KeyServiceThrottled' }],
  ['outage', { code: 'KeyServiceUnavailable' }],
  ['deny', { code: 'KeyAccessDenied' }],
  ['wrongRegion', { code: 'InvalidArnRegion', message: 'Invalid arn eu-west-1' }],
];

describe('a fault', () => {
  for (const [kind, thrown] of outcomes) {
    test(`of the kind ${kind} meets a call until it ends`, async () => {
      const faults = new KeyFaults(new VirtualClock(), 1);
      const fault = faults.fail(kind);
      await expect(faults.meet(call)).rejects.toMatchObject(thrown);
      expect(fault.calls).toBe(1);
      fault.end();
      await faults.meet(call);
      expect(fault.calls).toBe(1);
    });
  }

  test('lasts as long as it is asked to, to the millisecond', async () => {
    const clock = new VirtualClock();
    const faults = new KeyFaults(clock, 1);
    faults.fail('outage', { for: '1s' });
    clock.advance(999);
    await expect(faults.meet(call)).rejects.toMatchObject({ code: 'KeyServiceUnavailable' });
    clock.advance(1);
    await faults.meet(call);
  });

  test('meets the operations and the region that it is for', async () => {
    const faults = new KeyFaults(new VirtualClock(), 1);
    faults.fail('throttle', { operations: ['Decrypt'], region: 'eu-west-1' });
    await faults.meet({ ...call, operation: 'DescribeKey' });
    await faults.meet({ ...call, caller: { ...caller, region: 'us-east-1' } });
    await expect(faults.meet(call)).rejects.toMatchObject({ code: 'KeyServiceThrottled' });
    faults.mend();
    await faults.meet(call);
  });

  test('that delays lets the call go on when its time has come', async () => {
    const clock = new VirtualClock();
    const faults = new KeyFaults(clock, 1);
    faults.fail('delay', { by: '2s' });
    let isAnswered = false;
    const answered = faults.meet(call).then(() => {
      isAnswered = true;
    });
    await clock.advanceAndSettle(1999);
    expect(isAnswered).toBe(false);
    await clock.advanceAndSettle(1);
    await answered;
  });

  for (const seed of [1, 2, 3]) {
    test(`meets a share of calls, the same ones for the same seed, ${seed}`, async () => {
      const met = async () => {
        const faults = new KeyFaults(new VirtualClock(), seed);
        faults.fail('outage', { share: 0.3 });
        const seen: boolean[] = [];
        for (let i = 0; i < 1000; i++)
          seen.push(
            await faults.meet(call).then(
              () => false,
              () => true,
            ),
          );
        return seen;
      };
      const first = await met();
      const count = first.filter(Boolean).length;
      expect(count).toBeGreaterThan(230);
      expect(count).toBeLessThan(370);
      expect(await met()).toEqual(first);
    });
  }

  test('is none where its kind, its share, its length or its delay is none', () => {
    const faults = new KeyFaults(new VirtualClock(), 1);
    const kind: KeyFaultKind = JSON.parse('"unavailable"');
    expect(() => faults.fail(kind)).toThrow('"unavailable" is none of throttle, outage, deny');
    for (const share of [0, -1, 1.1, Number.NaN])
      expect(() => faults.fail('outage', { share })).toThrow('share');
    expect(() => faults.fail('delay')).toThrow('a delay needs its length: fail("delay", { by: "2s" })');
  });
});
