/** Opens client connections, be they sockets or clients in this process, and ends them. */
import { setMaxListeners } from 'node:events';
import type { ClientConnection } from '../keys/client-connection.ts';

/** A connection in the hands of who opened it. */
export interface OpenConnection {
  readonly connection: ClientConnection;
  /** Tells all who keep something for the connection; a second call does nothing. */
  end(): void;
}

/** Numbers are never used again in this process, so that nothing cached for one connection serves another. */
let opened = 0;

export function openConnection(address?: string): OpenConnection {
  const controller = new AbortController();
  // Every table that is used over a connection listens: many are no leak.
  setMaxListeners(0, controller.signal);
  opened++;
  const connection = { id: opened, closed: controller.signal };
  return {
    connection: address === undefined ? connection : { ...connection, address },
    end: () => controller.abort(),
  };
}
