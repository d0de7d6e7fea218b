/** A value for each caller on each connection; all of a connection go at once. */
import type { Caller } from '../kms/key-service.ts';
import type { ClientConnection } from './client-connection.ts';

/**
 * Who asks, over what: one connection may carry requests of several callers, each with rights of their own.
 */
export interface Asker {
  readonly connection: ClientConnection;
  /** See askerName. */
  readonly arn: string;
}

/** Two sessions of one name may have policies of their own: their credentials tell them apart. */
export function askerName({ arn, identity, accessKeyId }: Caller): string {
  return identity === undefined || accessKeyId === undefined ? arn : `${arn} ${accessKeyId}`;
}

/** More callers than this on one connection push out the one that was set longest ago. */
export const callersPerConnectionMax = 64;

export class CallerMap<Value> {
  readonly #connections = new Map<ClientConnection, Map<string, Value>>();

  get(connection: ClientConnection, arn: string): Value | undefined {
    return this.#connections.get(connection)?.get(arn);
  }

  set({ connection, arn }: Asker, value: Value): void {
    const callers = this.#connections.get(connection) ?? new Map<string, Value>();
    this.#connections.set(connection, callers);
    // Anew, so that the order is that of setting.
    callers.delete(arn);
    callers.set(arn, value);
    const [oldest] = callers.keys();
    if (callers.size > callersPerConnectionMax && oldest !== undefined) callers.delete(oldest);
  }

  delete({ connection, arn }: Asker): void {
    const callers = this.#connections.get(connection);
    callers?.delete(arn);
    if (callers?.size === 0) this.#connections.delete(connection);
  }

  /** False where there was nothing. */
  deleteConnection(connection: ClientConnection): boolean {
    return this.#connections.delete(connection);
  }

  /** Leaves only the values that `keep` wants. */
  retain(keep: (value: Value) => boolean): void {
    for (const [connection, callers] of this.#connections) {
      for (const [arn, value] of callers) if (!keep(value)) callers.delete(arn);
      if (callers.size === 0) this.#connections.delete(connection);
    }
  }

  clear(): void {
    this.#connections.clear();
  }
}
