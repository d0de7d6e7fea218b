/** Notices as events: a file each in a folder, or a call of a function. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoticeChannel, NoticeEvent } from './notice.ts';

/** A folder that receives a file for each event, `<id>.json`; or a function, whose rejection is a failure to send. */
export type EventSink = string | ((event: NoticeEvent) => void | Promise<void>);

/** Throws the system's error for a folder that cannot be made. Names of tables and keys are in the files, in clear. */
export function eventChannel(sink: EventSink): NoticeChannel {
  if (typeof sink === 'function') return { name: 'events', send: async ({ event }) => sink(event) };
  mkdirSync(sink, { recursive: true, mode: 0o700 });
  return {
    name: 'events',
    send: async ({ id, event }) => {
      const file = join(sink, `${id}.json`);
      // Whoever watches the folder never meets half a file.
      writeFileSync(`${file}.part`, `${JSON.stringify(event)}\n`, { mode: 0o600 });
      renameSync(`${file}.part`, file);
    },
  };
}
