/** Delivers audit events as CloudWatch Logs would hold them: a JSON line each, to a folder or to a function. */
import { mkdirSync } from 'node:fs';
import { appendFile, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, silentLog } from '../base/log.ts';
import type { NumberedEntry } from './trail-reader.ts';

/** As FilterLogEvents gives it; `message` is the event, as a text. */
export interface LogEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  /** The record's number in the trail, in 56 digits as CloudWatch writes them: who reads can tell what is missing. */
  readonly eventId: string;
}

export interface Delivery {
  /** The number of the last record that was delivered, where that is known. */
  last(): Promise<number | undefined>;
  deliver(entries: readonly NumberedEntry[]): void;
  /** Resolves when everything has been handed on, or could not be. */
  close(): Promise<void>;
}

const idDigits = 56;

export function logEventOf({ atMs, event, number }: NumberedEntry): LogEvent {
  return {
    logStreamName: `${event.recipientAccountId}_CloudTrail_${event.awsRegion}`,
    timestamp: atMs,
    message: JSON.stringify(event),
    ingestionTime: atMs,
    eventId: String(number).padStart(idDigits, '0'),
  };
}

/** Lines to whoever takes them; what that throws is logged. */
export function deliveryTo(take: (line: string) => void, log: Log = silentLog): Delivery {
  return {
    last: async () => undefined,
    deliver(entries) {
      try {
        for (const entry of entries) take(`${JSON.stringify(logEventOf(entry))}\n`);
      } catch (fault) {
        log.error({ fault }, 'Audit events could not be delivered; they are in the trail.');
      }
    },
    close: async () => {},
  };
}

const nameForm = /^audit-\d{4}-\d\d-\d\d\.jsonl$/;
const tailBytes = 256 * 1024;

/**
 * Lines to a file for each day, in a folder of the operator's, readable by their owner alone. Events are in clear there:
 * names of tables and of callers among them. What cannot be written is logged, and delivered when the store is opened again.
 */
export class FolderDelivery implements Delivery {
  readonly #folder: string;
  readonly #log: Log;
  #writing: Promise<void> = Promise.resolve();
  /** Something is missing behind the last line: the next opening goes on from there, so nothing may come after it. */
  #isBehind = false;

  constructor(folder: string, log: Log = silentLog) {
    this.#folder = folder;
    this.#log = log;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  async last(): Promise<number | undefined> {
    const names = (await readdir(this.#folder)).filter((name) => nameForm.test(name)).sort();
    for (const name of names.reverse()) {
      const number = await lastNumberIn(join(this.#folder, name));
      if (number !== undefined) return number;
    }
    return undefined;
  }

  deliver(entries: readonly NumberedEntry[]): void {
    this.#writing = this.#writing.then(async () => {
      if (this.#isBehind) return;
      try {
        for (const [name, lines] of linesByDay(entries)) {
          await appendFile(join(this.#folder, name), lines, { mode: 0o600 });
        }
      } catch (fault) {
        this.#isBehind = true;
        this.#log.error({ fault }, 'Audit events could not be delivered; they are in the trail.');
      }
    });
  }

  close(): Promise<void> {
    return this.#writing;
  }
}

function linesByDay(entries: readonly NumberedEntry[]): ReadonlyMap<string, string> {
  const days = new Map<string, string>();
  for (const entry of entries) {
    const name = `audit-${new Date(entry.atMs).toISOString().slice(0, 10)}.jsonl`;
    days.set(name, `${days.get(name) ?? ''}${JSON.stringify(logEventOf(entry))}\n`);
  }
  return days;
}

/** Of the last whole line: a crash may have cut one off, which is ended so that the next is a line of its own. */
async function lastNumberIn(path: string): Promise<number | undefined> {
  const { size } = await stat(path);
  const file = await open(path, 'r');
  const length = Math.min(size, tailBytes);
  const { buffer } = await file
    .read(Buffer.alloc(length), 0, length, size - length)
    .finally(() => file.close());
  const text = buffer.toString('utf8');
  if (size > 0 && !text.endsWith('\n')) await appendFile(path, '\n');
  for (const line of text.split('\n').slice(0, -1).reverse()) {
    const number = Number(/"eventId":"(\d+)"}$/.exec(line)?.[1]);
    if (Number.isSafeInteger(number)) return number;
  }
  return undefined;
}
