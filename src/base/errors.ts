/** Every fault the product can report: its kind, its stable code, and the sentence that says it. */

/** What became of one part of a transaction that was cancelled: `None`, where it was not the cause. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  /** As it was, where the caller asked for it. */
  readonly Item?: unknown;
}

/** AWS words what is wrong with a policy of a user or role in one way, and with one that says who may be a role in another. */
export interface PolicySentences {
  readonly identity?: string;
  readonly trust?: string;
}

/** The request is wrong. One row a code: the sentence, from the details. Texts are AWS's where AWS has one. */
const refusals = {
  // Any operation
  Validation: (d: { message: string }) => d.message,
  Serialization: (d: { message?: string }) => d.message ?? '',
  UnknownOperation: (d: { message?: string }) => d.message ?? '',
  RequestTooLarge: (_: Record<never, never>) => '',
  // Who asks
  MissingAuthenticationToken: (_: Record<never, never>) => 'Request is missing Authentication Token',
  IncompleteSignature: (d: { message: string }) => d.message,
  InvalidSignature: (d: { message: string }) => d.message,
  UnrecognizedClient: (_: Record<never, never>) => 'The security token included in the request is invalid.',
  TokenExpired: (_: Record<never, never>) => 'The security token included in the request is expired',
  AccessDenied: (d: { message: string }) => d.message,
  // Identities
  EntityNotFound: (d: { message: string }) => d.message,
  EntityExists: (d: { message: string }) => d.message,
  EntityInUse: (d: { message: string }) => d.message,
  EntityLimit: (d: { message: string }) => d.message,
  EntityInput: (d: { message: string }) => d.message,
  /** What the operator's file says, an operation does not change. */
  EntityFixed: (d: { what: string }) =>
    `The ${d.what} is declared in the file of identities: it is changed there, and by nobody else.`,
  // Tables
  TableNotFound: (d: { table?: string }) =>
    d.table === undefined
      ? 'Requested resource not found'
      : `Requested resource not found: Table: ${d.table} not found`,
  TableInUse: (d: { message: string }) => d.message,
  LimitExceeded: (d: { message: string }) => d.message,
  CollectionTooLarge: (_: Record<never, never>) => 'Collection size exceeded.',
  /** `item`: the item as it was, in wire form, where the caller asked for it. */
  ConditionalCheckFailed: (_: { item?: unknown }) => 'The conditional request failed',
  DuplicateItem: (_: Record<never, never>) => 'Duplicate primary key exists in table',
  TransactionCancelled: ({ reasons }: { reasons: readonly CancellationReason[] }) =>
    'Transaction cancelled, please refer cancellation reasons for specific reasons ' +
    `[${reasons.map(({ Code }) => Code).join(', ')}]`,
  /** This and IteratorExpired: what AWS's descriptions of the exceptions say, as its texts are not known. */
  TokenReused: (_: Record<never, never>) =>
    'DynamoDB rejected the request because you retried a request with a different payload but with an ' +
    'idempotent token that was already used.',
  // Streams
  StreamNotFound: (d: { streamArn: string }) =>
    `Requested resource not found: Stream: ${d.streamArn} not found`,
  ShardNotFound: (d: { shardId: string; streamArn: string }) =>
    `Requested resource not found: Shard: ${d.shardId} in Stream: ${d.streamArn} not found`,
  StreamTrimmed: (_: Record<never, never>) =>
    'The operation attempted to read past the oldest stream record in a shard.',
  IteratorExpired: (_: Record<never, never>) =>
    'The shard iterator has expired and can no longer be used to retrieve stream records. ' +
    'A shard iterator expires 15 minutes after it is retrieved using the GetShardIterator action.',
  // What belongs to tables
  ResourceNotFound: (d: { message: string }) => d.message,
  PolicyNotFound: (d: { message: string }) => d.message,
  ContinuousTableNotFound: (d: { table: string }) => `Table not found: ${d.table}`,
  BackupNotFound: (d: { backupArn: string }) => `Backup not found: ${d.backupArn}`,
  /** While a table is restored from it; `isRestoring`: it is asked for a further restore, else for its deletion. */
  BackupInUse: (d: { backupArn: string; isRestoring: boolean }) =>
    `Backup is being used to restore ${d.isRestoring ? 'another table' : 'table'}: ${d.backupArn}`,
  /** While it is made: what AWS's own description of the exception says, as its text for this case is not known. */
  BackupBeingMade: (_: Record<never, never>) =>
    'There is another ongoing conflicting backup control plane operation on the table. ' +
    'The backup is either being created, deleted or restored to a table.',
  TableExists: (d: { table: string }) => `Table already exists: ${d.table}`,
  RestoreUnderWay: (d: { table: string; source: string }) =>
    `Table: ${d.table} is already being restored from backup: ${d.source}`,
  PointInTimeOff: (d: { table: string }) => `Point in time recovery is not enabled for table '${d.table}'`,
  InvalidRestoreTime: (d: { message: string }) => d.message,
  InvalidExportTime: (_: Record<never, never>) =>
    'The specified ExportTime is outside of the point in time recovery window.',
  /** Our own words, of both: AWS says no more than that the token was another request's. */
  ExportConflict: (d: { clientToken: string }) =>
    `The client token was used for another export: ${d.clientToken}`,
  ImportConflict: (d: { clientToken: string }) =>
    `The client token was used for another import: ${d.clientToken}`,
  ExportNotFound: (d: { exportArn: string }) => `Export not found: ${d.exportArn}`,
  ImportNotFound: (d: { importArn: string }) => `Import not found: ${d.importArn}`,
  /** Our own words: told to the replica whose clock it is. */
  ReplicaClockAhead: (d: { region: string }) =>
    `The clock of ${d.region} is more than an hour ahead of this region: nothing is taken over from it.`,
  /** aws-behaviour §3.15. */
  KeyRequestsThrottled: (_: Record<never, never>) =>
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  GlobalTableNotFound: (d: { name: string }) =>
    `Global table not found: Global table with name: '${d.name}' does not exist.`,
  /**
   * A KMS refusal as the table service words it. `denied`: AccessDeniedException, else ValidationException. `keyCode`: the
   * code of that refusal, for those who look after tables.
   */
  TableKeyRefused: (d: { message: string; denied: boolean; keyCode?: string }) => d.message,
  // Keys
  KeyDisabled: (d: { keyArn: string }) => `${d.keyArn} is disabled.`,
  /** `phrase` completes "<arn> is …", e.g. `pending deletion`, `not pending deletion`. */
  KeyInvalidState: (d: { keyArn: string; phrase: string }) => `${d.keyArn} is ${d.phrase}.`,
  KeyNotFound: (d: { keyArn: string }) => `Key '${d.keyArn}' does not exist`,
  AliasNotFound: (d: { aliasArn: string }) => `Alias ${d.aliasArn} is not found.`,
  InvalidKeyId: (d: { keyId: string }) => `Invalid keyId '${d.keyId}'`,
  InvalidArnRegion: (d: { region: string }) => `Invalid arn ${d.region}`,
  AliasExists: (d: { aliasArn: string }) => `An alias with the name ${d.aliasArn} already exists`,
  InvalidAliasName: (d: { message: string }) => d.message,
  AliasReserved: (_: Record<never, never>) => '',
  InvalidCiphertext: (_: Record<never, never>) => '',
  IncorrectKey: (_: Record<never, never>) =>
    'The key ID in the request does not identify a CMK that can perform this operation.',
  KeyUsageWrong: (d: { message: string }) => d.message,
  KeySignatureWrong: (_: Record<never, never>) => '',
  MacWrong: (_: Record<never, never>) => '',
  ImportTokenInvalid: (_: Record<never, never>) => '',
  ImportTokenExpired: (_: Record<never, never>) => '',
  KeyMaterialWrong: (d: { message: string }) => d.message,
  KeyMaterialNotFound: (d: { materialId: string }) => `Key material '${d.materialId}' does not exist`,
  KeyMaterialConflict: (d: { message: string }) => d.message,
  ReplicaExists: (d: { keyArn: string }) => `A related multi-Region key already exists: ${d.keyArn}`,
  KeyStoreNotFound: (_: Record<never, never>) => '',
  UnsupportedKeyOperation: (d: { message: string }) => d.message,
  /** `isMissing`: there is no such key, which its caller, of another account, is not told. */
  KeyAccessDenied: (d: { message: string; isMissing?: true }) => d.message,
  KeyLimitExceeded: (d: { message: string }) => d.message,
  KeyPolicyNotFound: (_: Record<never, never>) => 'No such policy exists',
  InvalidGrantToken: (_: Record<never, never>) => '',
  InvalidGrantId: (_: Record<never, never>) => 'The grant ID is not valid.',
  GrantNotFound: (d: { grantId: string }) => `Grant ID ${d.grantId} not found`,
  InvalidArn: (d: { message: string }) => d.message,
  RotationConflict: (d: { message: string }) => d.message,
  InvalidMarker: (_: Record<never, never>) => '',
  /** `theirs`: the same in AWS's words, where it has some, by what the policy is attached to. */
  MalformedPolicy: (d: { message: string; theirs?: PolicySentences }) => d.message,
  TagRefused: (d: { message: string }) => d.message,
  DryRun: (_: Record<never, never>) => 'The request would have succeeded, but the DryRun option is set.',
  // The history of events
  LookupAttributeWrong: (d: { message: string }) => d.message,
  LookupCategoryWrong: (d: { message: string }) => d.message,
  LookupCountWrong: (d: { message: string }) => d.message,
  LookupTimeWrong: (d: { message: string }) => d.message,
  LookupTokenWrong: (_: Record<never, never>) => 'The NextToken is not one that this lookup gave.',
} as const;

export type RefusalCode = keyof typeof refusals;
export type RefusalDetails<C extends RefusalCode> = Parameters<(typeof refusals)[C]>[0];

/** The caller's request cannot be granted; nothing was changed. */
export class Refusal<C extends RefusalCode = RefusalCode> extends Error {
  override readonly name = 'Refusal';
  readonly code: C;
  readonly details: RefusalDetails<C>;

  constructor(code: C, details: RefusalDetails<C>) {
    super((refusals[code] as (d: RefusalDetails<C>) => string)(details));
    this.code = code;
    this.details = details;
  }
}

/** Refuses what DynamoDB calls not valid, in its whole sentence. */
export function refuse(message: string): never {
  throw new Refusal('Validation', { message });
}

/** True for a refusal with this code, and narrows its details. */
export function isRefusal<C extends RefusalCode>(fault: unknown, code: C): fault is Refusal<C> {
  return fault instanceof Refusal && fault.code === code;
}

/** The world is wrong; asking again may help. */
const outages = {
  StoreConflict: 'The store was changed by someone else meanwhile.',
  StoreLocked: 'Another process has this store open.',
  StoreForeign: 'The file is not a cryptable store.',
  StoreReplaced: 'The store file was replaced or removed while it was open.',
  StoreUnavailable: 'The store could not be read or written.',
  StoreMissing: 'There is no store here.',
  StoreFull: 'The store has reached its size limit: delete something, or raise the limit.',
  StoreUnsafe: 'The store is kept where others could change it, or where its locks do not hold.',
  StoreRolledBack: 'The store is not the newest state that was anchored.',
  KeyServiceUnavailable: 'The key service does not answer.',
  KeyServiceSlow: 'The key service did not answer in time.',
  KeyServiceThrottled: 'The key service is asked more often than it allows.',
  KeyServiceWrong: 'The key service gave an answer that cannot be right.',
  KeyServiceCredentials: 'The key service does not accept the credentials of this process.',
  KeyServiceUnsafe: 'The key service would be asked in a way that others could listen to.',
  DataKeyUsedUp: 'A data key of the table has sealed as much as it may.',
  RootKeyMissing: 'The root key that opens this key service is not there.',
  RootKeyWrong: 'This root key does not open this key service.',
  RootKeyUnsafe: 'The root key is kept where others could take it.',
  RootKeyRefused: 'Who keeps the root key does not give it out.',
  IdentitiesUnreadable: 'The file of identities cannot be read.',
  IdentitiesUnsafe: 'The file of identities is kept where others could change it.',
  AuditUnavailable: 'The audit trail cannot be written: what would leave no record is not done.',
  PeerUnavailable: 'The process that serves another region does not answer.',
  PeerWrong: 'The process that serves another region gave an answer that cannot be right.',
  AddonUnavailable: 'The native addon cannot be used here.',
  Closed: 'The engine is closed.',
} as const;

export type OutageCode = keyof typeof outages;

export class Outage extends Error {
  override readonly name = 'Outage';
  readonly code: OutageCode;

  /** `hint`: a second sentence on what to do; never data. */
  constructor(code: OutageCode, options: { cause?: unknown; hint?: string } = {}) {
    super(options.hint === undefined ? outages[code] : `${outages[code]} ${options.hint}`, {
      cause: options.cause,
    });
    this.code = code;
  }
}

/** Stored bytes are not what was written. Says where, never why or what. */
export class IntegrityFault extends Error {
  override readonly name = 'IntegrityFault';
  readonly place: { readonly tree?: number; readonly page?: number; readonly record?: string };

  constructor(place: { tree?: number; page?: number; record?: string } = {}) {
    super('Stored data failed its integrity check.');
    this.place = place;
  }
}

/** Our own code is wrong. Never caught inside. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new AssertionFault(sentence);
}

export class AssertionFault extends Error {
  override readonly name = 'AssertionFault';
}
