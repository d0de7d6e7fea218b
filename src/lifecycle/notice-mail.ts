/** Notices as e-mail, by nodemailer, which is only loaded, and only has to be installed, where mail is asked for. */
import type { Transporter } from 'nodemailer';
import type { Notice, NoticeChannel } from './notice.ts';

export interface MailOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the beginning on. */
  readonly smtp: string;
  readonly from: string;
  readonly to: string | readonly string[];
}

/** Closing the store waits for a mail that is being sent. */
const timeoutMs = 10_000;

/** Throws a TypeError for an address that is none, and where nodemailer is not installed. */
export async function mailChannel({
  smtp,
  from,
  to,
}: MailOptions): Promise<NoticeChannel & { close(): void }> {
  const protocol = URL.canParse(smtp) ? new URL(smtp).protocol : '';
  if (protocol !== 'smtp:' && protocol !== 'smtps:') {
    throw new TypeError('a mail server has an address that begins with smtp:// or smtps://');
  }
  const receivers = typeof to === 'string' ? [to] : [...to];
  if (receivers.length === 0) throw new TypeError('a mail has one receiver at least');
  const { createTransport } = await nodemailer();
  const timeouts = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const transport = createTransport({
    url: smtp,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...timeouts,
  });
  return {
    name: 'mail',
    send: (notice) => mail(transport, { from, to: receivers }, notice),
    close: () => transport.close(),
  };
}

async function mail(
  transport: Transporter,
  { from, to }: { readonly from: string; readonly to: string[] },
  { id, subject, text }: Notice,
): Promise<void> {
  // One that comes twice has one id, by which mail programs know it.
  await transport.sendMail({ from, to, subject, text, messageId: `<${id}@notices.cryptable>` });
}

async function nodemailer(): Promise<typeof import('nodemailer')> {
  try {
    return await import('nodemailer');
  } catch (cause) {
    throw new TypeError('notices by mail need the package nodemailer: npm install nodemailer', { cause });
  }
}
