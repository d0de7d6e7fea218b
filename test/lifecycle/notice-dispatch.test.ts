import { describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import {
  backOffMsMax,
  backOffMsMin,
  NoticeDispatch,
  type NoticeDispatchOptions,
  noticeAgeMsMax,
} from '../../src/lifecycle/notice-dispatch.ts';
import type { TableRecord } from '../../src/tables/catalog-record.ts';
import { withNotice } from '../../src/tables/owed-notice.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { owed, owing, RecordingChannel, sinceMs } from './notices.ts';

/** Records in memory, as a catalogue has them. */
function dispatchWith(...channels: RecordingChannel[]) {
  const clock = new VirtualClock(sinceMs);
  const records = new Map<string, TableRecord>([[owing.id, owing]]);
  const logged: string[] = [];
  const line = (level: string) => (fields: object, sentence: string) =>
    logged.push(`${level}: ${sentence} ${JSON.stringify(fields)}`);
  const log: Log = { info: line('info'), warn: line('warn'), error: line('error') };
  const world = { writes: 0, fault: undefined as Error | undefined };
  const statuses: NoticeDispatchOptions['statuses'] = {
    all: () => [...records.values()],
    find: (id) => records.get(id),
    change: async (id, change) => {
      if (world.fault !== undefined) throw world.fault;
      const record = records.get(id);
      if (record === undefined) return;
      world.writes++;
      records.set(id, change(record));
    },
  };
  const start = () => {
    const dispatch = new NoticeDispatch({ statuses, channels, clock, log });
    dispatch.start();
    return dispatch;
  };
  const notices = () => records.get(owing.id)?.notices ?? [];
  return { start, clock, records, logged, world, notices, pass: (ms: number) => clock.advanceAndSettle(ms) };
}

const mail = () => new RecordingChannel('mail');
const hook = () => new RecordingChannel('webhook');

describe('a notice', () => {
  test('is sent once over each channel, and then no longer owed', async () => {
    const channels = [mail(), hook()] as const;
    const { start, pass, notices, clock } = dispatchWith(...channels);
    const dispatch = start();
    dispatch.start();
    await pass(0);
    expect(channels.map(({ sent }) => sent.map(({ id }) => id))).toEqual([[owed.id], [owed.id]]);
    expect(notices()).toEqual([]);
    await pass(10 * backOffMsMax);
    expect(channels.map(({ tries }) => tries)).toEqual([1, 1]);
    await dispatch.stop();
    expect(clock.timers).toBe(0);
  });

  test('is not owed to nobody', async () => {
    const { start, pass, notices } = dispatchWith();
    const dispatch = start();
    await pass(0);
    expect(notices()).toEqual([]);
    await dispatch.stop();
  });

  test('that cannot be sent is tried again, after pauses that double up to six hours', async () => {
    const channel = mail();
    channel.fault = Object.assign(new Error('a-secret@host said no'), { code: 'EAUTH' });
    const { start, pass, notices, logged } = dispatchWith(channel);
    const dispatch = start();
    await pass(0);
    let pauseMs = backOffMsMin;
    for (let tries = 1; tries <= 12; tries++) {
      expect([channel.tries, notices()[0]?.tries]).toEqual([tries, tries]);
      await pass(pauseMs - 1);
      expect(channel.tries).toBe(tries);
      await pass(1);
      pauseMs = Math.min(pauseMs * 2, backOffMsMax);
    }
    expect(logged.join()).not.toContain('a-secret');
    expect(logged[0]).toContain('"code":"EAUTH"');
    channel.fault = undefined;
    await pass(pauseMs);
    expect([channel.sent.length, notices()]).toEqual([1, []]);
    await dispatch.stop();
  });

  test('that one channel has is only sent over the others again, also after a restart', async () => {
    const channels = [mail(), hook()] as const;
    channels[1].fault = new Error('away');
    const { start, pass, notices } = dispatchWith(...channels);
    const dispatch = start();
    await pass(0);
    expect(notices()).toMatchObject([{ sent: ['mail'], tries: 1 }]);
    await dispatch.stop();
    channels[1].fault = undefined;
    const again = start();
    await pass(backOffMsMin);
    expect(channels.map(({ sent }) => sent.length)).toEqual([1, 1]);
    expect(notices()).toEqual([]);
    await again.stop();
  });

  test('that was sent, and could not be written down as sent, is sent again under the same id', async () => {
    const channel = mail();
    const { start, pass, notices, world } = dispatchWith(channel);
    world.fault = new Outage('StoreUnavailable');
    const dispatch = start();
    await pass(0);
    expect([channel.sent.length, notices().length]).toEqual([1, 1]);
    world.fault = undefined;
    await pass(60_000);
    expect(new Set(channel.sent.map(({ id }) => id))).toEqual(new Set([owed.id]));
    expect(notices()).toEqual([]);
    await dispatch.stop();
  });

  test('that found no way for thirty days is given up, and told of', async () => {
    const channel = mail();
    channel.fault = new Error('away');
    const { start, pass, notices, logged, clock } = dispatchWith(channel);
    clock.advance(noticeAgeMsMax);
    const dispatch = start();
    await pass(0);
    expect(notices()).toHaveLength(1);
    await pass(backOffMsMin);
    expect(notices()).toEqual([]);
    expect(logged.at(-1)).toMatch(/^error: A notice could not be sent for 30 days/);
    await dispatch.stop();
  });

  test('is not put off by a wall clock that was set back', async () => {
    const channel = mail();
    const { start, pass, clock, notices } = dispatchWith(channel);
    clock.jump(-30 * 86_400_000);
    const dispatch = start();
    await pass(0);
    expect([channel.sent.length, notices()]).toEqual([1, []]);
    await dispatch.stop();
  });

  test('of a table that was deleted is not sent', async () => {
    const channel = mail();
    channel.fault = new Error('away');
    const { start, pass, records } = dispatchWith(channel);
    const dispatch = start();
    await pass(0);
    records.clear();
    channel.fault = undefined;
    await pass(backOffMsMin);
    expect(channel.sent).toEqual([]);
    await dispatch.stop();
  });
});

describe('waking', () => {
  const next = { ...owed, id: 'next' };

  test('sends at once what came, also what came while sending was under way', async () => {
    const channel = mail();
    const { start, pass, records } = dispatchWith(channel);
    const owe = (id: string) => {
      const record = records.get(owing.id) ?? owing;
      records.set(owing.id, withNotice(record, { ...next, id }));
    };
    const dispatch = start();
    owe('during');
    dispatch.wake();
    await pass(0);
    owe('later');
    dispatch.wake();
    await pass(0);
    expect(channel.sent.map(({ id }) => id)).toEqual([owed.id, 'during', 'later']);
    // What nobody tells of is found within a minute.
    owe('untold');
    await pass(60_000);
    expect(channel.sent.at(-1)?.id).toBe('untold');
    await dispatch.stop();
  });

  test('does nothing before the start and after the end', async () => {
    const channel = mail();
    const { clock, records } = dispatchWith(channel);
    const statuses = { all: () => [...records.values()], find: () => owing, change: async () => {} };
    const dispatch = new NoticeDispatch({ statuses, channels: [channel], clock });
    dispatch.wake();
    await clock.advanceAndSettle(0);
    expect(channel.tries).toBe(0);
    dispatch.start();
    await clock.advanceAndSettle(0);
    await dispatch.stop();
    const { tries } = channel;
    dispatch.wake();
    await clock.advanceAndSettle(backOffMsMax);
    expect([channel.tries, clock.timers]).toEqual([tries, 0]);
  });
});
