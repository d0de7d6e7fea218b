import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mailChannel } from '../../src/lifecycle/notice-mail.ts';
import { notice } from './notices.ts';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly source: string;
}

let server: SMTPServer;
let host: string;
let received: Received[];
let refusal: Error | undefined;

beforeEach(async () => {
  received = [];
  refusal = undefined;
  server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) =>
      username === 'ada' && password === 'a password'
        ? done(null, { user: username })
        : done(new Error('no')),
    onData: (stream, { envelope, user }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusal !== undefined) return done(refusal);
        const { mailFrom, rcptTo } = envelope;
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user,
          source: Buffer.concat(chunks).toString(),
        });
        return done();
      });
    },
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  host = `127.0.0.1:${address.port}`;
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

const from = 'tables@example.com';
const to = 'owner@example.com';

/** What the lines of a quoted-printable or plain body say. */
const bodyOf = (source: string) =>
  source
    .slice(source.indexOf('\r\n\r\n') + 4)
    .replaceAll('=\r\n', '')
    .replaceAll('=3D', '=')
    .replaceAll('\r\n', '\n');

describe('a notice by mail', () => {
  test('comes to everyone, with all it says, and an id that is the same in each try', async () => {
    const channel = await mailChannel({ smtp: `smtp://${host}`, from, to: [to, 'deputy@example.com'] });
    await channel.send(notice);
    await channel.send(notice);
    channel.close();
    expect(received.map(({ from: sender, to: receivers }) => [sender, receivers])).toEqual([
      [from, [to, 'deputy@example.com']],
      [from, [to, 'deputy@example.com']],
    ]);
    for (const { source } of received) {
      expect(source).toContain(`Message-ID: <${notice.id}@notices.cryptable>`);
      expect(source.replaceAll('\r\n ', ' ')).toContain(`Subject: ${notice.subject}`);
      expect(bodyOf(source).trim()).toBe(notice.text.trim());
    }
  });

  test('is sent as the user that the address names', async () => {
    const channel = await mailChannel({ smtp: `smtp://ada:a%20password@${host}`, from, to });
    await channel.send(notice);
    channel.close();
    expect(received.map(({ user }) => user)).toEqual(['ada']);
  });

  test('fails without the password in what it says', async () => {
    const channel = await mailChannel({ smtp: `smtp://ada:wrong-secret@${host}`, from, to });
    const fault: unknown = await channel.send(notice).catch((error: unknown) => error);
    channel.close();
    expect(fault).toMatchObject({ code: 'EAUTH' });
    expect(String(fault)).not.toContain('wrong-secret');
  });

  test('fails where the server does not take it, and where there is none', async () => {
    refusal = new Error('mailbox full');
    const channel = await mailChannel({ smtp: `smtp://${host}`, from, to });
    await expect(channel.send(notice)).rejects.toMatchObject({ code: 'EMESSAGE' });
    channel.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await expect(channel.send(notice)).rejects.toThrow();
  });

  for (const [name, options] of [
    ['an address of another protocol', { smtp: 'https://example.com', from, to }],
    ['what is no address', { smtp: 'example.com', from, to }],
    ['nobody to send it to', { smtp: 'smtp://example.com', from, to: [] }],
  ] as const) {
    test(`is not made with ${name}`, async () => {
      await expect(mailChannel(options)).rejects.toThrow(TypeError);
    });
  }
});
