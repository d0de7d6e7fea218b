/** The private line between a worker and its primary: questions and their answers, framed, over one pipe. */
import type { Duplex } from 'node:stream';
import { Outage } from '../base/errors.ts';
import { type Head, type Message, message, parsedHead } from './worker-message.ts';
import { writtenFault } from './written-fault.ts';

/*
 * One frame:
 *   0  u32  what the message is: 0 told, 1 asked, 2 answered
 *   4  u32  number of the question, asked or answered
 *   8  u32  bytes of the head
 *  12  u32  bytes beside it
 *  16  head, in JSON; then the bytes
 */
const frameHeaderBytes = 16;
const role = { told: 0, asked: 1, answered: 2 } as const;
/** A body of the longest request and its headers are far below. */
const frameBytesMax = 64 * 2 ** 20;

export interface ChannelListener {
  /** Resolves with the answer; a fault is answered as such. */
  asked(question: Message): Promise<Message>;
  told(message: Message): void;
  /** Once: the other process has gone. What it was asked has been rejected with Outage Closed. */
  gone(): void;
}

interface Waiter {
  resolve(answer: Message): void;
  reject(fault: Error): void;
}

/** Messages arrive in the order in which they were written. */
export class WorkerChannel {
  readonly #stream: Duplex;
  readonly #listener: ChannelListener;
  readonly #waiting = new Map<number, Waiter>();
  #lastQuestion = 0;
  #isCorked = false;
  #isGone = false;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  /** So many must be there before looking again is of use. */
  #wantedBytes = frameHeaderBytes;

  constructor(stream: Duplex, listener: ChannelListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.on('data', (piece: Uint8Array) => this.#take(piece));
    stream.on('error', () => this.#gone());
    stream.on('close', () => this.#gone());
    stream.on('end', () => stream.destroy());
  }

  /** `bytes` are not to be changed before the answer. Rejects with Outage Closed where the other process goes first. */
  ask(question: Message): Promise<Message> {
    if (this.#isGone) return Promise.reject(new Outage('Closed'));
    const number = ++this.#lastQuestion;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#write(role.asked, number, question);
    });
  }

  tell(told: Message): void {
    if (!this.#isGone) this.#write(role.told, 0, told);
  }

  /** Ends the line. */
  close(): void {
    this.#stream.destroy();
  }

  #write(what: number, number: number, { head, bytes }: Message): void {
    const text = Buffer.from(JSON.stringify(head));
    const header = Buffer.allocUnsafe(frameHeaderBytes);
    header.writeUInt32LE(what, 0);
    header.writeUInt32LE(number, 4);
    header.writeUInt32LE(text.length, 8);
    header.writeUInt32LE(bytes.length, 12);
    this.#cork();
    this.#stream.write(header);
    this.#stream.write(text);
    if (bytes.length > 0) this.#stream.write(bytes);
  }

  /** What is said in one turn goes out in one piece: each wakes the other process. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      this.#stream.uncork();
    });
  }

  #take(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes < this.#wantedBytes) return;
    const held = this.#joined();
    let at = 0;
    this.#wantedBytes = frameHeaderBytes;
    while (held.length - at >= frameHeaderBytes) {
      const bytes = frameHeaderBytes + held.readUInt32LE(at + 8) + held.readUInt32LE(at + 12);
      if (bytes > frameBytesMax) {
        this.#stream.destroy();
        return;
      }
      this.#wantedBytes = bytes;
      if (held.length - at < bytes) break;
      this.#wantedBytes = frameHeaderBytes;
      this.#frame(held.subarray(at, at + bytes));
      at += bytes;
    }
    const rest = held.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#pieceBytes = rest.length;
  }

  /** A secret may be in the pieces: of what is copied nothing stays behind. */
  #joined(): Buffer {
    const [first = new Uint8Array()] = this.#pieces;
    if (this.#pieces.length === 1) return Buffer.from(first.buffer, first.byteOffset, first.length);
    const joined = Buffer.concat(this.#pieces, this.#pieceBytes);
    for (const piece of this.#pieces) piece.fill(0);
    return joined;
  }

  #frame(frame: Buffer): void {
    const number = frame.readUInt32LE(4);
    const headEnd = frameHeaderBytes + frame.readUInt32LE(8);
    const head: Head = parsedHead(frame.toString('utf8', frameHeaderBytes, headEnd));
    const received = message(head, frame.subarray(headEnd));
    switch (frame.readUInt32LE(0)) {
      case role.told:
        this.#listener.told(received);
        break;
      case role.asked:
        void this.#answer(number, received);
        break;
      default:
        this.#waiting.get(number)?.resolve(received);
        this.#waiting.delete(number);
    }
  }

  async #answer(number: number, question: Message): Promise<void> {
    let answer: Message;
    try {
      answer = await this.#listener.asked(question);
    } catch (fault) {
      answer = message({ kind: 'fault', fault: writtenFault(fault) });
    }
    if (!this.#isGone) this.#write(role.answered, number, answer);
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    for (const { reject } of this.#waiting.values()) reject(new Outage('Closed'));
    this.#waiting.clear();
    this.#listener.gone();
  }
}
