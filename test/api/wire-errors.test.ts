import { describe, expect, test } from 'vitest';
import { encodeBody } from '../../src/api/json.ts';
import { loggedFault, type WireService, wireFault } from '../../src/api/wire-errors.ts';
import {
  AssertionFault,
  IntegrityFault,
  Outage,
  type OutageCode,
  Refusal,
  type RefusalCode,
  type RefusalDetails,
} from '../../src/base/errors.ts';

const services = ['dynamodb', 'streams', 'kms'] as const satisfies readonly WireService[];

interface Row<C extends RefusalCode> {
  readonly details: RefusalDetails<C>;
  /** With DynamoDB's prefix; KMS writes what follows the `#`. */
  readonly type: string;
  /** The member of the sentence; none where AWS says nothing. */
  readonly member?: 'message' | 'Message';
  /** Further members. */
  readonly more?: object;
  readonly status?: number;
}

const table = 'com.amazonaws.dynamodb.v20120810#';
const validation = 'com.amazon.coral.validate#ValidationException';
const frame = 'com.amazon.coral.service#';
const message = 'a sentence';
const said = { details: { message }, member: 'message' } as const;
const mute = { details: {} } as const;
const plain = { details: {}, member: 'message' } as const;
const arn = 'arn:aws:kms:us-east-1:111122223333:key/k';

/** Every code there is: a new one does not compile until it has its row. */
const rows: { readonly [C in RefusalCode]: Row<C> } = {
  Validation: { ...said, type: validation },
  Serialization: { details: { message }, member: 'Message', type: `${frame}SerializationException` },
  UnknownOperation: { ...mute, type: `${frame}UnknownOperationException` },
  RequestTooLarge: { ...mute, type: `${frame}RequestEntityTooLargeException`, status: 413 },
  MissingAuthenticationToken: { ...plain, type: `${frame}MissingAuthenticationTokenException` },
  IncompleteSignature: { ...said, type: `${frame}IncompleteSignatureException` },
  InvalidSignature: { ...said, type: `${frame}InvalidSignatureException` },
  UnrecognizedClient: { ...plain, type: `${frame}UnrecognizedClientException` },
  TokenExpired: { ...plain, type: `${frame}ExpiredTokenException` },
  AccessDenied: { details: { message }, member: 'Message', type: `${frame}AccessDeniedException` },
  EntityNotFound: { ...said, type: `${table}NoSuchEntityException` },
  EntityExists: { ...said, type: `${table}EntityAlreadyExistsException` },
  EntityInUse: { ...said, type: `${table}DeleteConflictException` },
  EntityLimit: { ...said, type: `${table}LimitExceededException` },
  EntityInput: { ...said, type: `${table}InvalidInputException` },
  EntityFixed: { details: { what: 'w' }, member: 'message', type: `${table}UnmodifiableEntityException` },
  TableNotFound: { ...plain, type: `${table}ResourceNotFoundException` },
  TableInUse: { ...said, type: `${table}ResourceInUseException` },
  LimitExceeded: { ...said, type: `${table}LimitExceededException` },
  CollectionTooLarge: { ...plain, type: `${table}ItemCollectionSizeLimitExceededException` },
  ConditionalCheckFailed: { ...plain, type: `${table}ConditionalCheckFailedException` },
  DuplicateItem: { ...plain, type: `${table}DuplicateItemException` },
  TransactionCancelled: {
    details: { reasons: [] },
    member: 'Message',
    more: { CancellationReasons: [] },
    type: `${table}TransactionCanceledException`,
  },
  TokenReused: { details: {}, member: 'Message', type: `${table}IdempotentParameterMismatchException` },
  StreamNotFound: {
    details: { streamArn: 's' },
    member: 'message',
    type: `${table}ResourceNotFoundException`,
  },
  ShardNotFound: {
    details: { shardId: 'h', streamArn: 's' },
    member: 'message',
    type: `${table}ResourceNotFoundException`,
  },
  StreamTrimmed: { ...plain, type: `${table}TrimmedDataAccessException` },
  IteratorExpired: { ...plain, type: `${table}ExpiredIteratorException` },
  ResourceNotFound: { ...said, type: `${table}ResourceNotFoundException` },
  PolicyNotFound: { ...said, type: `${table}PolicyNotFoundException` },
  ContinuousTableNotFound: {
    details: { table: 't' },
    member: 'message',
    type: `${table}TableNotFoundException`,
  },
  BackupNotFound: { details: { backupArn: 'b' }, member: 'message', type: `${table}BackupNotFoundException` },
  BackupInUse: {
    details: { backupArn: 'b', isRestoring: true },
    member: 'message',
    type: `${table}BackupInUseException`,
  },
  BackupBeingMade: { ...plain, type: `${table}BackupInUseException` },
  TableExists: { details: { table: 't' }, member: 'message', type: `${table}TableAlreadyExistsException` },
  RestoreUnderWay: {
    details: { table: 't', source: 's' },
    member: 'message',
    type: `${table}TableInUseException`,
  },
  PointInTimeOff: {
    details: { table: 't' },
    member: 'message',
    type: `${table}PointInTimeRecoveryUnavailableException`,
  },
  InvalidRestoreTime: { ...said, type: `${table}InvalidRestoreTimeException` },
  InvalidExportTime: { ...plain, type: `${table}InvalidExportTimeException` },
  ExportConflict: {
    details: { clientToken: 't' },
    member: 'message',
    type: `${table}ExportConflictException`,
  },
  ImportConflict: {
    details: { clientToken: 't' },
    member: 'message',
    type: `${table}ImportConflictException`,
  },
  ExportNotFound: { details: { exportArn: 'e' }, member: 'message', type: `${table}ExportNotFoundException` },
  ImportNotFound: { details: { importArn: 'i' }, member: 'message', type: `${table}ImportNotFoundException` },
  ReplicaClockAhead: { details: { region: 'r' }, member: 'message', type: validation },
  GlobalTableNotFound: {
    details: { name: 'g' },
    member: 'message',
    type: `${table}GlobalTableNotFoundException`,
  },
  TableKeyRefused: { details: { message, denied: false }, member: 'message', type: validation },
  KeyDisabled: { details: { keyArn: arn }, member: 'message', type: `${table}DisabledException` },
  KeyInvalidState: {
    details: { keyArn: arn, phrase: 'pending import' },
    member: 'message',
    type: `${table}KMSInvalidStateException`,
  },
  KeyNotFound: { details: { keyArn: arn }, member: 'message', type: `${table}NotFoundException` },
  AliasNotFound: { details: { aliasArn: arn }, member: 'message', type: `${table}NotFoundException` },
  InvalidKeyId: { details: { keyId: 'x' }, member: 'message', type: `${table}NotFoundException` },
  InvalidArnRegion: { details: { region: 'x' }, member: 'message', type: `${table}NotFoundException` },
  AliasExists: { details: { aliasArn: arn }, member: 'message', type: `${table}AlreadyExistsException` },
  InvalidAliasName: { ...said, type: `${table}InvalidAliasNameException` },
  AliasReserved: { ...mute, type: `${table}NotAuthorizedException` },
  InvalidCiphertext: { ...mute, type: `${table}InvalidCiphertextException` },
  IncorrectKey: { ...plain, type: `${table}IncorrectKeyException` },
  KeyUsageWrong: { ...said, type: `${table}InvalidKeyUsageException` },
  KeySignatureWrong: { ...mute, type: `${table}KMSInvalidSignatureException` },
  MacWrong: { ...mute, type: `${table}KMSInvalidMacException` },
  ImportTokenInvalid: { ...mute, type: `${table}InvalidImportTokenException` },
  ImportTokenExpired: { ...mute, type: `${table}ExpiredImportTokenException` },
  KeyMaterialWrong: { ...said, type: `${table}IncorrectKeyMaterialException` },
  KeyMaterialNotFound: { details: { materialId: 'm' }, member: 'message', type: `${table}NotFoundException` },
  KeyMaterialConflict: { ...said, type: `${table}KMSInvalidStateException` },
  ReplicaExists: { details: { keyArn: arn }, member: 'message', type: `${table}AlreadyExistsException` },
  KeyStoreNotFound: { ...mute, type: `${table}CustomKeyStoreNotFoundException` },
  UnsupportedKeyOperation: { ...said, type: `${table}UnsupportedOperationException` },
  KeyAccessDenied: { details: { message }, member: 'Message', type: `${frame}AccessDeniedException` },
  KeyLimitExceeded: { ...said, type: `${table}LimitExceededException` },
  KeyPolicyNotFound: { ...plain, type: `${table}NotFoundException` },
  InvalidGrantToken: { ...mute, type: `${table}InvalidGrantTokenException` },
  InvalidGrantId: { ...plain, type: `${table}InvalidGrantIdException` },
  GrantNotFound: { details: { grantId: 'g' }, member: 'message', type: `${table}NotFoundException` },
  InvalidArn: { ...said, type: `${table}InvalidArnException` },
  RotationConflict: { ...said, type: `${table}ConflictException` },
  KeyRequestsThrottled: { ...plain, type: 'com.amazon.coral.availability#ThrottlingException' },
  InvalidMarker: { ...mute, type: `${table}InvalidMarkerException` },
  MalformedPolicy: { ...said, type: `${table}MalformedPolicyDocumentException` },
  TagRefused: { ...said, type: `${table}TagException` },
  DryRun: { ...plain, type: `${table}DryRunOperationException` },
  LookupAttributeWrong: { ...said, type: `${table}InvalidLookupAttributesException` },
  LookupCategoryWrong: { ...said, type: `${table}InvalidEventCategoryException` },
  LookupCountWrong: { ...said, type: `${table}InvalidMaxResultsException` },
  LookupTimeWrong: { ...said, type: `${table}InvalidTimeRangeException` },
  LookupTokenWrong: { ...plain, type: `${table}InvalidNextTokenException` },
};

describe('a refusal', () => {
  for (const [code, { details, type, member, more, status = 400 }] of Object.entries(rows)) {
    for (const service of services) {
      const wireType = service === 'kms' ? type.slice(type.indexOf('#') + 1) : type;
      test(`${code} is ${wireType} to a client of ${service}`, () => {
        const refusal = new Refusal(code as RefusalCode, details);
        const fault = wireFault(refusal, service);
        expect({ ...fault, body: Object.fromEntries(fault.body) }).toEqual({
          status,
          ours: false,
          body: { __type: wireType, ...more, ...(member === undefined ? {} : { [member]: refusal.message }) },
        });
      });
    }
  }

  test('without a sentence of its own has no member for one', () => {
    expect([...wireFault(new Refusal('Serialization', {}), 'kms').body]).toEqual([
      ['__type', 'SerializationException'],
    ]);
  });

  test('of a key is an access denied to the user of its table, where the key service said so', () => {
    const refusal = new Refusal('TableKeyRefused', { message, denied: true });
    expect([...wireFault(refusal, 'dynamodb').body]).toEqual([
      ['__type', `${frame}AccessDeniedException`],
      ['Message', message],
    ]);
  });

  test('of a key that no table can have is a fault of ours, as on AWS', () => {
    const refusal = new Refusal('TableKeyRefused', { message, denied: false, keyCode: 'Validation' });
    const { status, body, ours } = wireFault(refusal, 'dynamodb');
    expect({ status, ours, body: [...body] }).toEqual({
      status: 500,
      ours: false,
      body: [
        ['__type', `${table}InternalServerError`],
        ['message', message],
      ],
    });
  });

  test('of a condition shows the item where it was asked for, before the sentence', () => {
    const item = new Map([['pk', { S: 'a' }]]);
    const { body } = wireFault(new Refusal('ConditionalCheckFailed', { item }), 'dynamodb');
    expect(Buffer.from(encodeBody(body)).toString()).toBe(
      `{"__type":"${table}ConditionalCheckFailedException","Item":{"pk":{"S":"a"}},` +
        '"message":"The conditional request failed"}',
    );
  });

  test('says of a cancelled transaction what became of each part', () => {
    const reasons = [{ Code: 'None' }, { Code: 'ValidationError', Message: 'a sentence' }];
    const { body } = wireFault(new Refusal('TransactionCancelled', { reasons }), 'dynamodb');
    expect(Buffer.from(encodeBody(body)).toString()).toBe(
      `{"__type":"${table}TransactionCanceledException",` +
        '"CancellationReasons":[{"Code":"None"},{"Code":"ValidationError","Message":"a sentence"}],' +
        '"Message":"Transaction cancelled, please refer cancellation reasons for specific reasons ' +
        '[None, ValidationError]"}',
    );
  });
});

const internal = {
  dynamodb: { status: 500, __type: `${table}InternalServerError`, message: 'Internal server error' },
  kms: { status: 500, __type: 'KMSInternalException', message: 'Internal server error' },
} as const;
const retry = 'The service is unavailable. Please retry.';
const unavailable = {
  dynamodb: { status: 503, __type: `${frame}ServiceUnavailable`, message: retry },
  kms: { status: 503, __type: 'ServiceUnavailableException', message: retry },
} as const;

const fullSentence = 'The store has reached its size limit: delete something, or raise the limit.';
const full = {
  dynamodb: { ...unavailable.dynamodb, message: fullSentence },
  kms: { ...unavailable.kms, message: fullSentence },
} as const;

const slowDown = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.';
const throttledName = 'com.amazon.coral.availability#ThrottlingException';
const throttled = {
  dynamodb: { status: 400, __type: throttledName, message: slowDown },
  kms: { status: 400, __type: 'ThrottlingException', message: slowDown },
} as const;

type Answer = typeof internal | typeof unavailable | typeof full | typeof throttled;

const outages: { readonly [C in OutageCode]: Answer } = {
  StoreConflict: unavailable,
  StoreLocked: unavailable,
  StoreForeign: internal,
  StoreReplaced: internal,
  StoreUnavailable: internal,
  StoreMissing: internal,
  StoreFull: full,
  StoreUnsafe: internal,
  StoreRolledBack: internal,
  KeyServiceUnavailable: internal,
  KeyServiceSlow: internal,
  KeyServiceThrottled: throttled,
  KeyServiceWrong: internal,
  KeyServiceCredentials: internal,
  KeyServiceUnsafe: internal,
  DataKeyUsedUp: unavailable,
  RootKeyMissing: internal,
  RootKeyWrong: internal,
  RootKeyUnsafe: internal,
  RootKeyRefused: internal,
  IdentitiesUnreadable: internal,
  IdentitiesUnsafe: internal,
  AuditUnavailable: internal,
  PeerUnavailable: unavailable,
  PeerWrong: internal,
  AddonUnavailable: internal,
  Closed: unavailable,
};

describe('a fault that is ours', () => {
  const secret = 'secret-detail';
  const faults: readonly (readonly [string, unknown, Answer])[] = [
    ...Object.entries(outages).map(
      ([code, answer]) =>
        [code, new Outage(code as OutageCode, { hint: secret, cause: new Error(secret) }), answer] as const,
    ),
    ['an IntegrityFault', new IntegrityFault({ tree: 1, page: 2, record: secret }), internal],
    ['an AssertionFault', new AssertionFault(secret), internal],
    ['a TypeError', new TypeError(secret), internal],
    ['a string that was thrown', secret, internal],
    ['undefined that was thrown', undefined, internal],
  ];
  for (const [name, fault, answer] of faults) {
    for (const service of services) {
      const { status, ...body } = answer[service === 'streams' ? 'dynamodb' : service];
      test(`${name} is ${body.__type} to a client of ${service}, and no more is told`, () => {
        const wire = wireFault(fault, service);
        expect({ ...wire, body: Object.fromEntries(wire.body) }).toEqual({ status, ours: true, body });
      });
    }
  }
});

describe('the log of a fault that is ours', () => {
  test('has the place of a tampering and nothing else', () => {
    expect(loggedFault(new IntegrityFault({ tree: 1, page: 2 }))).toEqual({
      fault: 'IntegrityFault',
      place: { tree: 1, page: 2 },
    });
  });

  test('has code, stack and cause of an outage', () => {
    const logged = loggedFault(new Outage('StoreUnavailable', { cause: new Error('disk full') }));
    expect(logged).toMatchObject({
      fault: 'StoreUnavailable',
      stack: expect.stringContaining('wire-errors.test'),
      cause: expect.stringContaining('disk full'),
    });
    expect(loggedFault(new Outage('Closed', { cause: 'no error' }))).toMatchObject({ cause: undefined });
  });

  test('has no stack of a store at the limit that its operator has set', () => {
    expect(loggedFault(new Outage('StoreFull', { cause: new Error('full') }))).toEqual({
      fault: 'StoreFull',
    });
  });

  test('has name and stack of a bug', () => {
    for (const fault of [new AssertionFault('wrong'), new RangeError('wrong')]) {
      expect(loggedFault(fault)).toEqual({ fault: fault.name, stack: fault.stack });
    }
  });

  test('shows nothing of what was thrown and is no error', () => {
    expect(JSON.stringify(loggedFault({ key: 'secret' }))).not.toContain('secret');
  });
});
