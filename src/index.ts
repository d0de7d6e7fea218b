/** The public API. */

export type { Clock } from './base/clock.ts';
export { IntegrityFault, Outage, type OutageCode, Refusal } from './base/errors.ts';
export type { Log } from './base/log.ts';
export type { CensusRow, Retirement, RetirementReason } from './census.ts';
export type { Database, KeyUse, ListeningServer, ListenOptions, Stats } from './database.ts';
export type { Diagnosis } from './diagnosis.ts';
export type { ItemInput } from './embedded-item.ts';
export type {
  EmbeddedTable,
  ItemsPage,
  PageOptions,
  QueryOptions,
  ReadOptions,
  ScanOptions,
  WriteOptions,
} from './embedded-table.ts';
export { type Examination, type ExamineOptions, examine, type Finding } from './examination.ts';
export { type OpenOptions, open } from './open.ts';
export type { ClientConfig } from './server/client-config.ts';
export type { Credentials } from './server/signature.ts';
export type { AttributeValue, Item } from './tables/attribute.ts';
export type { Fault, Report } from './verification.ts';
