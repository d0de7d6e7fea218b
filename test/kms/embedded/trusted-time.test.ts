import { describe, expect, test } from 'vitest';
import { TrustedTime } from '../../../src/kms/embedded/trusted-time.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function started() {
  const clock = new VirtualClock(0);
  return { clock, time: new TrustedTime(clock) };
}

describe('trusted time', () => {
  test('goes on with the clock', () => {
    const { clock, time } = started();
    clock.advance(40 * 24 * hourMs);
    expect(time.nowMs()).toBe(40 * 24 * hourMs);
  });

  test('is not held back by a wall clock set back', () => {
    const { clock, time } = started();
    clock.jump(-10 * hourMs);
    clock.advance(hourMs);
    expect(time.nowMs()).toBe(hourMs);
  });

  test('believes a step forwards of an hour at once, and of a moment more not', () => {
    const { clock, time } = started();
    clock.jump(hourMs);
    expect(time.nowMs()).toBe(hourMs);
    clock.jump(hourMs + 1);
    expect(time.nowMs()).toBe(hourMs);
    expect(time.inDoubt).toBe(true);
  });

  test('believes a leap after two more looks a minute apart', () => {
    const { clock, time } = started();
    clock.jump(100 * hourMs);
    expect(time.nowMs()).toBe(0);
    expect(time.nowMs()).toBe(0);
    clock.advance(minuteMs - 1);
    expect(time.nowMs()).toBe(minuteMs - 1);
    clock.advance(1);
    expect(time.nowMs()).toBe(minuteMs);
    clock.advance(minuteMs);
    expect(time.nowMs()).toBe(100 * hourMs + 2 * minuteMs);
    expect(time.inDoubt).toBe(false);
  });

  test('forgets a leap that was taken back', () => {
    const { clock, time } = started();
    clock.jump(100 * hourMs);
    time.nowMs();
    clock.advance(minuteMs);
    clock.jump(-100 * hourMs);
    expect(time.nowMs()).toBe(minuteMs);
    expect(time.inDoubt).toBe(false);
  });
});
