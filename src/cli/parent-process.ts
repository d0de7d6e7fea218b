/** What `serve` tells the process that forked it: where it listens, and its figures whenever it asks. */
import type { Database } from '../index.ts';

export type Stats = ReturnType<Database['stats']>;

/** From the parent. */
export type ParentMessage = { readonly ask: 'stats' };
/** To the parent. */
export type ServeMessage =
  | { readonly listening: { readonly host: string; readonly port: number } }
  | { readonly stats: Stats };

/** Does nothing where no parent holds a channel. `onGone` is called when the parent has gone. */
export function answerParent(
  database: Pick<Database, 'stats'>,
  address: { host: string; port: number },
  onGone: () => void,
): void {
  if (process.send === undefined) return;
  const tell = (message: ServeMessage) => process.send?.(message);
  process.on('message', (message: unknown) => {
    if (isParentMessage(message)) tell({ stats: database.stats() });
  });
  process.once('disconnect', onGone);
  tell({ listening: { host: address.host, port: address.port } });
}

/** The channel keeps this process alive until it is let go. */
export function leaveParent(): void {
  if (process.connected === true) process.disconnect();
}

function isParentMessage(message: unknown): message is ParentMessage {
  return typeof message === 'object' && message !== null && 'ask' in message && message.ask === 'stats';
}
