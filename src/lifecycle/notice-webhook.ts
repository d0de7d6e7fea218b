/** Notices to a web hook: the event as JSON, signed, so that whoever receives it knows where it is from. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Notice, NoticeChannel } from './notice.ts';

export interface WebhookOptions {
  /** http or https, as the operator configured it: nothing else ever decides where a notice goes (R-SSRF-1). */
  readonly url: string;
  /** Shared with the receiver; 16 bytes at least. */
  readonly secret: string;
}

/** `t=<seconds since 1970>,v1=<HMAC-SHA-256 of "<t>.<body>", in hex>` */
export const signatureHeader = 'x-cryptable-signature';
/** The notice's id, the same in each try. */
export const noticeIdHeader = 'x-cryptable-notice';
export const webhookTimeoutMs = 10_000;
const secretBytesMin = 16;

/** Throws a TypeError for an address that is none, or a secret that is too short. */
export function webhookChannel({ url, secret }: WebhookOptions, clock: Clock): NoticeChannel {
  requireAddress(url);
  if (Buffer.byteLength(secret) < secretBytesMin) {
    throw new TypeError(`the secret of a web hook has ${secretBytesMin} bytes at least`);
  }
  return { name: 'webhook', send: (notice) => post({ url, secret }, notice, clock) };
}

async function post({ url, secret }: WebhookOptions, { id, event }: Notice, clock: Clock): Promise<void> {
  const body = JSON.stringify(event);
  const atSeconds = Math.floor(clock.nowMs() / 1000);
  const aborting = new AbortController();
  const timer = clock.after(webhookTimeoutMs, () => aborting.abort());
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      // An answer must not send the notice, and its signature, elsewhere.
      redirect: 'manual',
      signal: aborting.signal,
      headers: {
        'content-type': 'application/json',
        [noticeIdHeader]: id,
        [signatureHeader]: `t=${atSeconds},v1=${signature(secret, atSeconds, body)}`,
      },
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new WebhookFault(`HTTP ${answer.status}`);
  } finally {
    timer.cancel();
  }
}

export function signature(secret: string, atSeconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
}

class WebhookFault extends Error {
  override readonly name = 'WebhookFault';
  readonly code: string;

  constructor(code: string) {
    super('The web hook did not take the notice.');
    this.code = code;
  }
}

function requireAddress(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError('a web hook has an address that begins with https:// or http://');
  }
}
