/** One client connection: an HTTP socket or an in-process client. Key caches live and die with it. */

export interface ClientConnection {
  readonly id: number;
  /** Whence it came, where it came over a network. */
  readonly address?: string | undefined;
  /** Aborted when the client has gone: every key cached for it is then wiped. */
  readonly closed: AbortSignal;
}
