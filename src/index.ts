/** The public API. */

export type { AccessExplanation, AccessQuestion, AccessStatement } from './access-explanation.ts';
export type { Bill, KeyCharge, RequestCharge } from './audit/bill.ts';
export type { AuditEvent } from './audit/event.ts';
export { listPrices, type PriceTable, priceTable } from './audit/price.ts';
export type { NumberedEntry } from './audit/trail-reader.ts';
export { sumBy, type UsageRow } from './audit/usage.ts';
export type { TrailFault, TrailReport } from './audit/verify-trail.ts';
export type { Clock } from './base/clock.ts';
export { IntegrityFault, Outage, type OutageCode, Refusal } from './base/errors.ts';
export type { Log } from './base/log.ts';
export type { BillOptions, ItemisedBill } from './billing.ts';
export type { CensusRow, Retirement, RetirementReason } from './census.ts';
export { hardenProcess } from './crypto/harden-process.ts';
export type { AuditHistory, Database, KeyUse, ListeningServer, ListenOptions, Stats } from './database.ts';
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
export type { TransactGet, TransactWrite, TransactWriteOptions } from './embedded-transaction.ts';
export { type Examination, type ExamineOptions, examine, type Finding } from './examination.ts';
export { type AwsCredentials, type AwsKmsOptions, awsKms } from './kms/aws-kms.ts';
export type { RootKeyPkcs11Options } from './kms/embedded/root-key-pkcs11.ts';
export type { EncryptionContext, KeyDescription, KeyState } from './kms/key-service.ts';
export type {
  DecryptQuestion,
  DescribeQuestion,
  GenerateQuestion,
  KeyServiceClient,
  MadeDataKey,
  OpenedDataKey,
} from './kms/key-service-client.ts';
export { type PatienceLimits, patienceLimits } from './kms/patience.ts';
export type { SecretSource } from './kms/secret-source.ts';
export { type VaultTransitOptions, vaultTransit } from './kms/vault-transit.ts';
export {
  type BackupReport,
  type BackupStructure,
  backupStructure,
} from './lifecycle/backup-verification.ts';
export type { NoticeEvent } from './lifecycle/notice.ts';
export type { NoticeOptions } from './lifecycle/notice-channels.ts';
export { type OpenOptions, open } from './open.ts';
export type { AuditOption, AuditSettings } from './open-audit.ts';
export type { RootKeyPlace } from './places.ts';
export type { PrincipalSummary } from './principal-summary.ts';
export type { ClientConfig, ClientCredentials } from './server/client-config.ts';
export type { PeerOptions, PeerPlace } from './server/peers/peer-options.ts';
export type { Credentials } from './server/signature.ts';
export type { AttributeValue, Item } from './tables/attribute.ts';
export type { Fault, Report } from './verification.ts';
