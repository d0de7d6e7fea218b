/** The public API. */

export type { Clock } from './base/clock.ts';
export { IntegrityFault, Outage, type OutageCode } from './base/errors.ts';
export type { Log } from './base/log.ts';
export type { Database, KeyUse, ListeningServer, ListenOptions, Stats } from './database.ts';
export { type OpenOptions, open } from './open.ts';
export type { ClientConfig } from './server/client-config.ts';
export type { Credentials } from './server/signature.ts';
export type { Fault, Report } from './verification.ts';
