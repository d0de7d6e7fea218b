/** The channels that an operator has configured for notices. */
import type { Clock } from '../base/clock.ts';
import type { NoticeChannel } from './notice.ts';
import { type EventSink, eventChannel } from './notice-events.ts';
import { mailChannel } from './notice-mail.ts';
import { type WebhookOptions, webhookChannel } from './notice-webhook.ts';

/** Where the owner of tables is told of keys that cannot be used; nowhere, where nothing is given. */
export interface NoticeOptions {
  /** `smtp://user:password@host:587`; with `from` and `to`. Needs the package nodemailer. */
  readonly smtp?: string;
  readonly from?: string;
  readonly to?: string | readonly string[];
  readonly webhook?: WebhookOptions;
  readonly events?: EventSink;
}

export interface OpenChannels {
  readonly channels: readonly NoticeChannel[];
  close(): void;
}

/** Throws a TypeError for options that do not belong together, and as each channel does. */
export async function openChannels(
  { smtp, from, to, webhook, events }: NoticeOptions,
  clock: Clock,
): Promise<OpenChannels> {
  const channels: NoticeChannel[] = [];
  if (webhook !== undefined) channels.push(webhookChannel(webhook, clock));
  if (events !== undefined) channels.push(eventChannel(events));
  if (smtp === undefined) {
    if (from !== undefined || to !== undefined) throw new TypeError('notices by mail need a mail server');
    return { channels, close: () => {} };
  }
  if (from === undefined || to === undefined)
    throw new TypeError('notices by mail need a sender and a receiver');
  const mail = await mailChannel({ smtp, from, to });
  return { channels: [mail, ...channels], close: () => mail.close() };
}
