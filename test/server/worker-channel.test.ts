import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { type ChannelListener, WorkerChannel } from '../../src/server/worker-channel.ts';
import { type Head, type Message, message } from '../../src/server/worker-message.ts';
import { duplexPair } from '../support/duplex-pair.ts';

const silent: ChannelListener = {
  asked: () => new Promise(() => {}),
  told: () => {},
  gone: () => {},
};

function line(there: Partial<ChannelListener>, here: Partial<ChannelListener> = {}) {
  const [one, other] = duplexPair();
  const asker = new WorkerChannel(one, { ...silent, ...here });
  const answerer = new WorkerChannel(other, { ...silent, ...there });
  return { asker, answerer };
}

/** Names the question and its bytes again. */
const echo = async ({ head, bytes }: Message): Promise<Message> =>
  message(head, Uint8Array.from(bytes).reverse());

const keyHead = (keyArn: string): Head => ({ kind: 'key', keyArn });

describe('a question', () => {
  for (const size of [0, 1, 65_535, 65_536, 1_000_003]) {
    test(`with ${size} bytes gets its answer`, async () => {
      const { asker } = line({ asked: echo });
      const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
      const answer = await asker.ask(message(keyHead('ä€'), bytes));
      expect(answer.head).toEqual(keyHead('ä€'));
      expect(Buffer.compare(answer.bytes, Uint8Array.from(bytes).reverse())).toBe(0);
    });
  }

  test('gets its own answer, in whatever order answers come', async () => {
    const waiting: (() => void)[] = [];
    const { asker } = line({
      asked: (question) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(question));
          if (waiting.length === 3) for (const answer of waiting.reverse()) answer();
        }),
    });
    const names = ['one', 'two', 'three'];
    const answers = await Promise.all(names.map((name) => asker.ask(message(keyHead(name)))));
    expect(answers.map(({ head }) => head)).toEqual(names.map(keyHead));
  });

  test('is answered by the fault that the other side had', async () => {
    const asked = () => Promise.reject(new Refusal('KeyDisabled', { keyArn: 'arn' }));
    const { asker } = line({ asked });
    expect((await asker.ask(message({ kind: 'done' }))).head).toEqual({
      kind: 'fault',
      fault: { refusal: 'KeyDisabled', details: { keyArn: 'arn' } },
    });
  });

  test('is rejected where the other side goes before it answers, and so is one that comes later', async () => {
    let gone = 0;
    const { asker, answerer } = line(
      {},
      {
        gone: () => {
          gone++;
        },
      },
    );
    const closed = expect.objectContaining({ name: 'Outage', code: 'Closed' });
    const asking = expect(asker.ask(message({ kind: 'close' }))).rejects.toEqual(closed);
    answerer.close();
    await asking;
    await expect(asker.ask(message({ kind: 'close' }))).rejects.toEqual(closed);
    asker.tell(message({ kind: 'done' }));
    expect(gone).toBe(1);
  });
});

test('what is told arrives in its order, before the answer that was written behind it', async () => {
  const heard: Head[] = [];
  const [one, other] = duplexPair();
  const answerer: WorkerChannel = new WorkerChannel(other, {
    ...silent,
    async asked() {
      answerer.tell(message({ kind: 'key changed', keyArn: 'first' }));
      answerer.tell(message({ kind: 'key changed', keyArn: 'second' }));
      return message({ kind: 'done' });
    },
  });
  const asker = new WorkerChannel(one, { ...silent, told: ({ head }) => heard.push(head) });
  await asker.ask(message({ kind: 'close' })).then(({ head }) => heard.push(head));
  expect(heard).toEqual([
    { kind: 'key changed', keyArn: 'first' },
    { kind: 'key changed', keyArn: 'second' },
    { kind: 'done' },
  ]);
});

describe('bytes as they come', () => {
  /** What a channel writes for one message. */
  async function frameOf(sent: Message): Promise<Buffer> {
    const [one, other] = duplexPair();
    const written = once(other, 'data');
    new WorkerChannel(one, silent).tell(sent);
    const pieces: Buffer[] = await written;
    for (let more = other.read(); more !== null; more = other.read()) pieces.push(more);
    return Buffer.concat(pieces);
  }

  for (const pieceBytes of [1, 15, 16, 17, 1000]) {
    test(`in pieces of ${pieceBytes} make the same messages, and of secrets in pieces nothing is left`, async () => {
      const sent = [message(keyHead('one'), Buffer.from('secret'.repeat(9))), message({ kind: 'done' })];
      const bytes = Buffer.concat(await Promise.all(sent.map(frameOf)));
      const stream = new PassThrough();
      const heard: Message[] = [];
      new WorkerChannel(stream, {
        ...silent,
        told: ({ head, bytes: beside }) => heard.push(message(head, Buffer.from(beside))),
      });
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        pieces.push(Buffer.from(bytes.subarray(at, at + pieceBytes)));
      }
      for (const piece of pieces) {
        stream.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(heard.map(({ head }) => head)).toEqual(sent.map(({ head }) => head));
      expect(heard[0]?.bytes.toString()).toBe(Buffer.from('secret'.repeat(9)).toString());
      // One piece holds the whole message in the last case, and is what the listener was given.
      if (pieceBytes < 100) expect(pieces.some((piece) => /[a-z]{9}/.test(piece.toString()))).toBe(false);
    });
  }

  test('that tell of a frame longer than any end the line', async () => {
    const stream = new PassThrough();
    let gone = false;
    new WorkerChannel(stream, {
      ...silent,
      gone: () => {
        gone = true;
      },
    });
    const header = Buffer.alloc(16);
    header.writeUInt32LE(0xffff_ffff, 8);
    stream.write(header);
    await new Promise((resolve) => stream.once('close', resolve));
    expect(gone).toBe(true);
  });
});
