/** The options that say where the owner of tables is told of keys that cannot be used. */
import type { Command } from 'commander';
import type { NoticeOptions, OpenOptions } from '../index.ts';
import { usageFault } from './exit-code.ts';
import { collect } from './option-parsers.ts';

export interface NoticeFlags {
  readonly notifySmtp?: string;
  readonly notifyFrom?: string;
  readonly notifyTo?: readonly string[];
  readonly notifyWebhook?: string;
  readonly notifyEvents?: string;
}

export const smtpVariable = 'CRYPTABLE_SMTP';
export const webhookSecretVariable = 'CRYPTABLE_WEBHOOK_SECRET';

export function withNoticeOptions(command: Command): Command {
  return command
    .option(
      '--notify-smtp <url>',
      `mail server for notices on lost keys, as smtp://host:587. ${smtpVariable} keeps a password in it off the command line`,
    )
    .option('--notify-from <address>', 'sender of notices')
    .option('--notify-to <address>', 'receiver of notices; repeatable', collect)
    .option(
      '--notify-webhook <url>',
      `post notices there, signed with the secret in ${webhookSecretVariable}`,
    )
    .option('--notify-events <dir>', 'write notices there as events of EventBridge, a file each, in clear');
}

/** Refuses what is not complete, and removes what is secret from the environment. */
export function noticesOf(
  { notifySmtp, notifyFrom: from, notifyTo: to, notifyWebhook: url, notifyEvents: events }: NoticeFlags,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<OpenOptions, 'notices'> {
  const smtp = notifySmtp ?? taken(environment, smtpVariable);
  const secret = taken(environment, webhookSecretVariable);
  if (smtp === undefined && (from !== undefined || to !== undefined)) {
    throw usageFault(
      `--notify-from and --notify-to need a mail server: give --notify-smtp or ${smtpVariable}.`,
    );
  }
  if (smtp !== undefined && (from === undefined || to === undefined)) {
    throw usageFault('Notices by mail need a sender and a receiver: give --notify-from and --notify-to.');
  }
  if (url !== undefined && secret === undefined) {
    throw usageFault(`--notify-webhook needs a secret to sign with, in ${webhookSecretVariable}.`);
  }
  const notices: NoticeOptions = {
    ...(smtp !== undefined && from !== undefined && to !== undefined && { smtp, from, to }),
    ...(url !== undefined && secret !== undefined && { webhook: { url, secret } }),
    ...(events !== undefined && { events }),
  };
  return Object.keys(notices).length === 0 ? {} : { notices };
}

/** What this process starts later, and what reads its environment, need not see it. */
function taken(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name];
  delete environment[name];
  return value === '' ? undefined : value;
}
