/** What the client of a service sees of each fault: name, HTTP status and members. */
import {
  AssertionFault,
  IntegrityFault,
  isRefusal,
  Outage,
  type OutageCode,
  Refusal,
  type RefusalCode,
} from '../base/errors.ts';

/** The service whose client reads the answer. */
export type WireService = 'dynamodb' | 'streams' | 'kms' | 'cloudtrail';

export interface WireFault {
  readonly status: number;
  /** Encoded by api/json.ts. */
  readonly body: ReadonlyMap<string, unknown>;
  /** The fault is ours and not the caller's: it goes to the log. */
  readonly ours: boolean;
}

/** Where a name comes from decides its prefix on DynamoDB's wire; KMS writes bare names. */
const prefixes = {
  service: 'com.amazonaws.dynamodb.v20120810#',
  validation: 'com.amazon.coral.validate#',
  framework: 'com.amazon.coral.service#',
  availability: 'com.amazon.coral.availability#',
} as const;

interface WireName {
  readonly name: string;
  readonly origin: keyof typeof prefixes;
  /** The member that carries the sentence: AWS is of two minds. */
  readonly member: 'message' | 'Message';
  readonly status?: number;
}

const modelled = (name: string): WireName => ({ name, origin: 'service', member: 'message' });
const framework = (name: string): WireName => ({ name, origin: 'framework', member: 'message' });
const validation: WireName = { name: 'ValidationException', origin: 'validation', member: 'message' };
const throttled: WireName = { name: 'ThrottlingException', origin: 'availability', member: 'message' };
const denied: WireName = { name: 'AccessDeniedException', origin: 'framework', member: 'Message' };

/** One row a code; status 400 where none is given (aws-behaviour §7.3: also where a model has another). */
const refusals: Readonly<Record<RefusalCode, WireName>> = {
  Validation: validation,
  Serialization: { ...framework('SerializationException'), member: 'Message' },
  UnknownOperation: framework('UnknownOperationException'),
  RequestTooLarge: { ...framework('RequestEntityTooLargeException'), status: 413 },
  MissingAuthenticationToken: framework('MissingAuthenticationTokenException'),
  IncompleteSignature: framework('IncompleteSignatureException'),
  InvalidSignature: framework('InvalidSignatureException'),
  UnrecognizedClient: framework('UnrecognizedClientException'),
  TokenExpired: framework('ExpiredTokenException'),
  AccessDenied: denied,
  EntityNotFound: modelled('NoSuchEntityException'),
  EntityExists: modelled('EntityAlreadyExistsException'),
  EntityInUse: modelled('DeleteConflictException'),
  EntityLimit: modelled('LimitExceededException'),
  EntityInput: modelled('InvalidInputException'),
  EntityFixed: modelled('UnmodifiableEntityException'),
  TableNotFound: modelled('ResourceNotFoundException'),
  TableInUse: modelled('ResourceInUseException'),
  LimitExceeded: modelled('LimitExceededException'),
  CollectionTooLarge: modelled('ItemCollectionSizeLimitExceededException'),
  ConditionalCheckFailed: modelled('ConditionalCheckFailedException'),
  DuplicateItem: modelled('DuplicateItemException'),
  TransactionCancelled: { ...modelled('TransactionCanceledException'), member: 'Message' },
  TokenReused: { ...modelled('IdempotentParameterMismatchException'), member: 'Message' },
  StreamNotFound: modelled('ResourceNotFoundException'),
  ShardNotFound: modelled('ResourceNotFoundException'),
  StreamTrimmed: modelled('TrimmedDataAccessException'),
  IteratorExpired: modelled('ExpiredIteratorException'),
  ResourceNotFound: modelled('ResourceNotFoundException'),
  PolicyNotFound: modelled('PolicyNotFoundException'),
  ContinuousTableNotFound: modelled('TableNotFoundException'),
  BackupNotFound: modelled('BackupNotFoundException'),
  BackupInUse: modelled('BackupInUseException'),
  BackupBeingMade: modelled('BackupInUseException'),
  TableExists: modelled('TableAlreadyExistsException'),
  RestoreUnderWay: modelled('TableInUseException'),
  PointInTimeOff: modelled('PointInTimeRecoveryUnavailableException'),
  InvalidRestoreTime: modelled('InvalidRestoreTimeException'),
  InvalidExportTime: modelled('InvalidExportTimeException'),
  ExportConflict: modelled('ExportConflictException'),
  ImportConflict: modelled('ImportConflictException'),
  ExportNotFound: modelled('ExportNotFoundException'),
  ImportNotFound: modelled('ImportNotFoundException'),
  ReplicaClockAhead: validation,
  GlobalTableNotFound: modelled('GlobalTableNotFoundException'),
  // With `denied` it is an access denied: see wireNameOf.
  TableKeyRefused: validation,
  KeyDisabled: modelled('DisabledException'),
  KeyInvalidState: modelled('KMSInvalidStateException'),
  KeyNotFound: modelled('NotFoundException'),
  KeyPolicyNotFound: modelled('NotFoundException'),
  AliasNotFound: modelled('NotFoundException'),
  InvalidKeyId: modelled('NotFoundException'),
  InvalidArnRegion: modelled('NotFoundException'),
  AliasExists: modelled('AlreadyExistsException'),
  InvalidAliasName: modelled('InvalidAliasNameException'),
  AliasReserved: modelled('NotAuthorizedException'),
  InvalidCiphertext: modelled('InvalidCiphertextException'),
  IncorrectKey: modelled('IncorrectKeyException'),
  KeyUsageWrong: modelled('InvalidKeyUsageException'),
  KeySignatureWrong: modelled('KMSInvalidSignatureException'),
  MacWrong: modelled('KMSInvalidMacException'),
  ImportTokenInvalid: modelled('InvalidImportTokenException'),
  ImportTokenExpired: modelled('ExpiredImportTokenException'),
  KeyMaterialWrong: modelled('IncorrectKeyMaterialException'),
  KeyMaterialNotFound: modelled('NotFoundException'),
  KeyMaterialConflict: modelled('KMSInvalidStateException'),
  ReplicaExists: modelled('AlreadyExistsException'),
  KeyStoreNotFound: modelled('CustomKeyStoreNotFoundException'),
  UnsupportedKeyOperation: modelled('UnsupportedOperationException'),
  KeyAccessDenied: denied,
  KeyLimitExceeded: modelled('LimitExceededException'),
  InvalidGrantToken: modelled('InvalidGrantTokenException'),
  InvalidGrantId: modelled('InvalidGrantIdException'),
  GrantNotFound: modelled('NotFoundException'),
  InvalidArn: modelled('InvalidArnException'),
  RotationConflict: modelled('ConflictException'),
  KeyRequestsThrottled: throttled,
  InvalidMarker: modelled('InvalidMarkerException'),
  MalformedPolicy: modelled('MalformedPolicyDocumentException'),
  TagRefused: modelled('TagException'),
  DryRun: modelled('DryRunOperationException'),
  LookupAttributeWrong: modelled('InvalidLookupAttributesException'),
  LookupCategoryWrong: modelled('InvalidEventCategoryException'),
  LookupCountWrong: modelled('InvalidMaxResultsException'),
  LookupTimeWrong: modelled('InvalidTimeRangeException'),
  LookupTokenWrong: modelled('InvalidNextTokenException'),
};

type OutageKind = 'internal' | 'unavailable' | 'full' | 'throttled';

/**
 * `unavailable`: nothing is broken, only not to be had just now. `full`: who writes may delete, and must be told.
 * `throttled`: by the key service.
 */
const outages: Readonly<Record<OutageCode, OutageKind>> = {
  StoreConflict: 'unavailable',
  StoreLocked: 'unavailable',
  StoreForeign: 'internal',
  StoreReplaced: 'internal',
  StoreUnavailable: 'internal',
  StoreMissing: 'internal',
  StoreFull: 'full',
  StoreUnsafe: 'internal',
  StoreRolledBack: 'internal',
  KeyServiceUnavailable: 'internal',
  KeyServiceSlow: 'internal',
  KeyServiceThrottled: 'throttled',
  KeyServiceWrong: 'internal',
  KeyServiceCredentials: 'internal',
  KeyServiceUnsafe: 'internal',
  DataKeyUsedUp: 'unavailable',
  RootKeyMissing: 'internal',
  RootKeyWrong: 'internal',
  RootKeyUnsafe: 'internal',
  RootKeyRefused: 'internal',
  IdentitiesUnreadable: 'internal',
  IdentitiesUnsafe: 'internal',
  AuditUnavailable: 'internal',
  PeerUnavailable: 'unavailable',
  PeerWrong: 'internal',
  AddonUnavailable: 'internal',
  Closed: 'unavailable',
};

const tableServerFaults: Readonly<Record<OutageKind, WireName>> = {
  internal: { ...modelled('InternalServerError'), status: 500 },
  unavailable: { ...framework('ServiceUnavailable'), status: 503 },
  full: { ...framework('ServiceUnavailable'), status: 503 },
  throttled,
};

const serverFaults: Readonly<Record<WireService, Readonly<Record<OutageKind, WireName>>>> = {
  dynamodb: tableServerFaults,
  streams: tableServerFaults,
  kms: {
    internal: { ...modelled('KMSInternalException'), status: 500 },
    unavailable: { ...framework('ServiceUnavailableException'), status: 503 },
    full: { ...framework('ServiceUnavailableException'), status: 503 },
    throttled,
  },
  cloudtrail: {
    internal: { ...framework('InternalFailure'), status: 500 },
    unavailable: { ...framework('ServiceUnavailable'), status: 503 },
    full: { ...framework('ServiceUnavailable'), status: 503 },
    throttled,
  },
};

const serverSentences: Readonly<Record<OutageKind, string>> = {
  internal: 'Internal server error',
  unavailable: 'The service is unavailable. Please retry.',
  full: new Outage('StoreFull').message,
  throttled: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
};

/** Answers every fault there can be. Of one that is ours the client learns nothing but whether to ask again. */
export function wireFault(fault: unknown, service: WireService): WireFault {
  if (fault instanceof Refusal) {
    const name = wireNameOf(fault);
    return { ...answer(name, fault.message, service, extraMembers(fault)), ours: false };
  }
  const kind = fault instanceof Outage ? outages[fault.code] : 'internal';
  return { ...answer(serverFaults[service][kind], serverSentences[kind], service, []), ours: true };
}

/**
 * What the log may hold of a fault that is ours: stacks of bugs, places of tampering, causes of outages. A store at its
 * limit needs no stack: its operator has set that, and each refused write says so.
 */
export function loggedFault(fault: unknown): object {
  if (fault instanceof Outage && fault.code === 'StoreFull') return { fault: fault.code };
  if (fault instanceof IntegrityFault) return { fault: fault.name, place: fault.place };
  if (fault instanceof Outage) {
    const { cause } = fault;
    return { fault: fault.code, stack: fault.stack, cause: cause instanceof Error ? cause.stack : undefined };
  }
  if (fault instanceof AssertionFault || fault instanceof Error)
    return { fault: fault.name, stack: fault.stack };
  return { fault: 'something that is no error was thrown' };
}

function wireNameOf(fault: Refusal): WireName {
  if (!isRefusal(fault, 'TableKeyRefused')) return refusals[fault.code];
  const { denied: isDenied, keyCode } = fault.details;
  // A key of another kind than tables can have: AWS answers as if the fault were its own.
  if (keyCode === 'Validation') return { ...modelled('InternalServerError'), status: 500 };
  return isDenied ? denied : refusals[fault.code];
}

function extraMembers({ code, details }: Refusal): readonly (readonly [string, unknown])[] {
  if (code === 'TransactionCancelled' && 'reasons' in details) {
    return [['CancellationReasons', details.reasons]];
  }
  const old = code === 'ConditionalCheckFailed' && 'item' in details ? details.item : undefined;
  return old === undefined ? [] : [['Item', old]];
}

function answer(
  { name, origin, member, status }: WireName,
  sentence: string,
  service: WireService,
  extra: readonly (readonly [string, unknown])[],
): Omit<WireFault, 'ours'> {
  const type = service === 'kms' || service === 'cloudtrail' ? name : prefixes[origin] + name;
  const said: readonly (readonly [string, unknown])[] = sentence === '' ? [] : [[member, sentence]];
  return { status: status ?? 400, body: new Map([['__type', type], ...extra, ...said]) };
}
