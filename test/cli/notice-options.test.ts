import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  noticesOf,
  smtpVariable,
  webhookSecretVariable,
  withNoticeOptions,
} from '../../src/cli/notice-options.ts';

const from = ['--notify-from', 'a@example.com'];
const to = ['--notify-to', 'b@example.com'];
const secret = 'a secret of sixteen bytes';

/** What a command line and an environment come to; the environment is left without secrets. */
function notices(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const command = withNoticeOptions(new Command('serve')).exitOverride();
  const options = command.parse(words, { from: 'user' }).opts();
  try {
    return noticesOf(options, environment);
  } finally {
    expect(environment).toEqual({});
  }
}

describe('notices on the command line', () => {
  test('go nowhere unless it says so', () => {
    expect(notices([])).toEqual({});
  });

  test('go by mail, to a web hook and as events', () => {
    const smtp = 'smtp://localhost:25';
    expect(notices(['--notify-smtp', smtp, ...from, ...to, '--notify-to', 'c@example.com'])).toEqual({
      notices: { smtp, from: 'a@example.com', to: ['b@example.com', 'c@example.com'] },
    });
    expect(notices([...from, ...to], { [smtpVariable]: smtp })).toEqual({
      notices: { smtp, from: 'a@example.com', to: ['b@example.com'] },
    });
    const url = 'https://example.com/hook';
    expect(notices(['--notify-webhook', url], { [webhookSecretVariable]: secret })).toEqual({
      notices: { webhook: { url, secret } },
    });
    expect(notices(['--notify-events', 'events'])).toEqual({ notices: { events: 'events' } });
  });

  for (const [name, words, sentence] of [
    ['a sender without a mail server', from, 'need a mail server'],
    ['a receiver without a mail server', to, 'need a mail server'],
    [
      'a mail server without a receiver',
      ['--notify-smtp', 'smtp://h', ...from],
      'need a sender and a receiver',
    ],
    ['a mail server without a sender', ['--notify-smtp', 'smtp://h', ...to], 'need a sender and a receiver'],
    ['a web hook without a secret', ['--notify-webhook', 'https://example.com/'], webhookSecretVariable],
  ] as const) {
    test(`are refused with ${name}`, () => {
      expect(() => notices(words)).toThrow(sentence);
    });
  }
});
