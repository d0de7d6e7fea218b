import { describe, expect, test } from 'vitest';
import { openChannels } from '../../src/lifecycle/notice-channels.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const clock = new VirtualClock();
const mail = { smtp: 'smtp://localhost', from: 'a@example.com', to: 'b@example.com' };
const webhook = { url: 'https://example.com/hook', secret: 'a secret of sixteen bytes' };

describe('channels', () => {
  test('are those that are configured, and none without', async () => {
    for (const [options, names] of [
      [{}, []],
      [mail, ['mail']],
      [{ webhook }, ['webhook']],
      [{ events: () => {} }, ['events']],
      [{ ...mail, webhook, events: () => {} }, ['mail', 'webhook', 'events']],
    ] as const) {
      const opened = await openChannels(options, clock);
      expect(opened.channels.map(({ name }) => name)).toEqual(names);
      opened.close();
    }
  });

  for (const [name, options] of [
    ['a sender without a server', { from: mail.from }],
    ['receivers without a server', { to: [mail.to] }],
    ['a server without a sender', { smtp: mail.smtp, to: mail.to }],
    ['a server without a receiver', { smtp: mail.smtp, from: mail.from }],
  ] as const) {
    test(`are refused with ${name}`, async () => {
      await expect(openChannels(options, clock)).rejects.toThrow(TypeError);
    });
  }
});
