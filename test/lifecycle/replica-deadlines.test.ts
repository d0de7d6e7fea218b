import { describe, expect, test } from 'vitest';
import { removeAfterMs } from '../../src/lifecycle/replica-deadlines.ts';
import { archiveAfterMs } from '../../src/lifecycle/table-lifecycle.ts';
import { book } from '../support/book-tables.ts';
import { away, callerIn, home, openReplication, third } from '../support/open-replication.ts';

const lost = 'INACCESSIBLE_ENCRYPTION_CREDENTIALS';
const hourMs = 3_600_000;

/** Replicas in two or three regions; the key of `away` is lost, and that was noticed just now. */
async function withLostKey(regions: readonly string[] = [home, away]) {
  const lab = await openReplication();
  const keys = new Map<string, string>();
  for (const region of regions) keys.set(region, await lab.newKeyIn(region));
  const keyOf = (region: string) => keys.get(region) ?? '';
  await lab.create(home, { encryption: { kind: 'customer', keyId: keyOf(home) } });
  await lab.put(home, book('before'));
  for (const region of regions.slice(1)) {
    await lab.update({ create: { region, keyId: keyOf(region) } });
    await lab.pass(0);
  }
  await lab.kms.keys.disable(callerIn(away), keyOf(away));
  // So soon after a change the key is looked at; then the loss is noticed.
  for (let seconds = 0; (await lab.status(away)) === 'ACTIVE' && seconds < 10; seconds++)
    await lab.pass(1_000);
  const enable = () => lab.kms.keys.enable(callerIn(away), keyOf(away));
  return { ...lab, keyOf, enable };
}

describe('a replica whose key is lost (aws-behaviour §1.7)', () => {
  test('is shown as such in the other regions, which stay ACTIVE and are written to', async () => {
    const lab = await withLostKey([home, away, third]);
    for (const region of [home, away, third]) {
      expect(lab.states(region)).toEqual([`${third} ACTIVE`, `${away} ${lost}`, `${home} ACTIVE`]);
      const since = lab.find(away)?.record.inaccessibleSinceMs;
      expect(lab.member(region, away)?.sinceMs).toBe(since);
    }
    await lab.put(home, book('meanwhile'));
    await lab.pass(0);
    expect(await lab.read(third, 'meanwhile')).toEqual(book('meanwhile'));
    await lab.stop();
  });

  test('goes on where it was once its key is back within twenty hours, and has all', async () => {
    const lab = await withLostKey([home, away, third]);
    await lab.put(home, book('meanwhile'));
    await lab.remove(third, 'before');
    await lab.pass(removeAfterMs - hourMs);
    await lab.enable();
    await lab.pass(60_000);
    expect(lab.states(home)).toEqual([`${third} ACTIVE`, `${away} ACTIVE`, `${home} ACTIVE`]);
    expect(await lab.read(away, 'meanwhile')).toEqual(book('meanwhile'));
    expect(await lab.read(away, 'before')).toBeUndefined();
    await lab.put(away, book('after'));
    await lab.pass(0);
    expect(await lab.read(third, 'after')).toEqual(book('after'));
    // Neither goes at the moment that would have been theirs.
    await lab.pass(2 * hourMs);
    expect(lab.states(away)).toEqual(lab.states(home));
    expect(lab.member(home, away)?.state).toBe('ACTIVE');
    await lab.stop();
  });
});

describe('twenty hours after its loss was noticed (R-LIFE-1)', () => {
  test('to the second: the group goes on without it, and it is a table of its own', async () => {
    const lab = await withLostKey([home, away, third]);
    const sinceMs = lab.find(away)?.record.inaccessibleSinceMs ?? 0;
    await lab.pass(sinceMs + removeAfterMs - 1_000 - lab.clock.nowMs());
    expect(lab.find(away)).toBeDefined();
    for (const region of [home, third]) expect(lab.member(region, away)?.state).toBe(lost);
    await lab.pass(999);
    expect(lab.member(home, away)?.state).toBe(lost);
    await lab.pass(1);
    expect(lab.find(away)).toBeUndefined();
    for (const region of [home, third]) expect(lab.member(region, away)?.state).toBe('LEFT');
    await lab.pass(1_000);
    // Not deleted, and still without its key.
    expect(await lab.status(away)).toBe(lost);
    await lab.enable();
    await lab.pass(60_000);
    await lab.put(home, book('home'));
    await lab.put(away, book('away'));
    await lab.pass(hourMs);
    expect(await lab.read(away, 'home')).toBeUndefined();
    expect(await lab.read(third, 'away')).toBeUndefined();
    expect(await lab.read(third, 'home')).toEqual(book('home'));
    expect(await lab.read(away, 'before')).toEqual(book('before'));
    await lab.stop();
  });

  test('each side by itself, where neither hears of the other', async () => {
    const lab = await withLostKey();
    const sinceMs = lab.find(away)?.record.inaccessibleSinceMs ?? 0;
    lab.lines.cut(home, away);
    await lab.pass(sinceMs + removeAfterMs - 1_000 - lab.clock.nowMs());
    expect([lab.find(away) !== undefined, lab.member(home, away)?.state]).toEqual([true, lost]);
    await lab.pass(1_000);
    expect([lab.find(away), lab.find(home)]).toEqual([undefined, undefined]);
    lab.lines.mend();
    await lab.pass(hourMs);
    expect([lab.find(away), lab.find(home)]).toEqual([undefined, undefined]);
    await lab.stop();
  }, 120_000);

  test('its seven days count on from the notice of the loss, and then it is archived', async () => {
    const lab = await withLostKey();
    const sinceMs = lab.find(away)?.record.inaccessibleSinceMs ?? 0;
    await lab.pass(sinceMs + archiveAfterMs - 1_000 - lab.clock.nowMs());
    expect(await lab.status(away)).toBe(lost);
    await lab.pass(1_000);
    expect([await lab.status(away), lab.archived]).toEqual(['ARCHIVED', ['T-archived']]);
    expect(await lab.status(home)).toBe('ACTIVE');
    await lab.stop();
  });

  for (const [awayMs, isGone] of [
    [removeAfterMs - 10_000, false],
    [removeAfterMs, true],
    [archiveAfterMs, true],
  ] as const) {
    test(`also where that passed while nobody ran: ${awayMs / hourMs} hours`, async () => {
      const lab = await withLostKey();
      await lab.stop();
      lab.clock.advance(awayMs);
      const again = await lab.again({ crash: true });
      await again.pass(0);
      expect([again.find(away) === undefined, again.find(home) === undefined]).toEqual([isGone, isGone]);
      if (awayMs === archiveAfterMs) expect(await again.status(away)).toBe('ARCHIVED');
      await again.stop();
    });
  }

  test('a clock that was set back puts nothing off', async () => {
    const lab = await withLostKey();
    const sinceMs = lab.find(away)?.record.inaccessibleSinceMs ?? 0;
    await lab.pass(sinceMs + hourMs - lab.clock.nowMs());
    lab.clock.jump(-48 * hourMs);
    await lab.pass(removeAfterMs - hourMs - 1_000);
    expect(lab.member(home, away)?.state).toBe(lost);
    await lab.pass(1_000);
    expect([lab.find(away), lab.find(home)]).toEqual([undefined, undefined]);
    lab.clock.jump(-48 * hourMs);
    await lab.pass(2 * hourMs);
    expect(lab.find(home)).toBeUndefined();
    await lab.stop();
  });

  test('a clock that was set forwards counts once it was seen three times, a minute apart', async () => {
    const lab = await withLostKey();
    lab.clock.jump(30 * hourMs);
    const beganMs = lab.clock.monotonicMs();
    const isThere = () => lab.find(away) !== undefined || lab.find(home) !== undefined;
    // The next look comes within the hour, and is the first to see it.
    while (isThere() && lab.clock.monotonicMs() - beganMs < 2 * hourMs) await lab.pass(10_000);
    const tookMs = lab.clock.monotonicMs() - beganMs;
    expect(isThere()).toBe(false);
    expect(tookMs).toBeGreaterThanOrEqual(120_000);
    expect(tookMs).toBeLessThanOrEqual(hourMs + 130_000);
    await lab.stop();
  });

  test('a clock that was set forwards by mistake, and back, removes nothing', async () => {
    const lab = await withLostKey();
    lab.clock.jump(30 * hourMs);
    await lab.pass(60_000);
    lab.clock.jump(-30 * hourMs);
    await lab.pass(3 * hourMs);
    expect(lab.member(home, away)?.state).toBe(lost);
    await lab.stop();
  });

  test('a key that came back unnoticed is noticed then', async () => {
    const lab = await withLostKey();
    const sinceMs = lab.find(away)?.record.inaccessibleSinceMs ?? 0;
    await lab.pass(sinceMs + removeAfterMs - 2_000 - lab.clock.nowMs());
    // In less than what a key that has changed is given before it is looked at.
    await lab.enable();
    await lab.pass(2_000);
    expect(lab.states(home)).toEqual([`${away} ACTIVE`, `${home} ACTIVE`]);
    await lab.stop();
  });

  test('a replica that was not whole yet goes altogether', async () => {
    const lab = await withLostKey();
    const id = lab.find(away)?.identity.id ?? '';
    await lab.tables.replicas.change(id, (state) => ({ ...state, isCopying: true }));
    await lab.pass(removeAfterMs);
    expect(lab.find(home)).toBeUndefined();
    expect(await lab.tables.list(callerIn(away), undefined, 10)).toEqual([]);
    await lab.stop();
  });
});
