/** What the library writes to: any pino-shaped logger; silent unless the caller hands one in. */

export interface Log {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
