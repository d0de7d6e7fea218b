/** What `serve` and its workers have between them, beside the line that they talk over. */

/** Where that lies: a pipe that a worker inherits, behind the channel of its runtime. */
export const workerLine = 4;

/** Given to a worker whose memory may be looked into. */
export const dumpable = 'dumpable';

/** To a worker, with a connection. */
export interface Handed {
  readonly handed: number;
}

/** From a worker: the connection of this number is its own now. */
export interface Taken {
  readonly taken: number;
}

export function isHanded(message: unknown): message is Handed {
  return typeof message === 'object' && message !== null && 'handed' in message;
}

export function isTaken(message: unknown): message is Taken {
  return typeof message === 'object' && message !== null && 'taken' in message;
}
