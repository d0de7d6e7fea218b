/** Every fault the product can report: its kind, its stable code, and the sentence that says it. */

/** The request is wrong. One row a code: the sentence, from the details. Texts are AWS's where AWS has one. */
const refusals = {
  // Any operation
  Validation: (d: { message: string }) => d.message,
  Serialization: (d: { message?: string }) => d.message ?? '',
  UnknownOperation: (_: Record<never, never>) => '',
  RequestTooLarge: (_: Record<never, never>) => '',
  // Who asks
  MissingAuthenticationToken: (_: Record<never, never>) => 'Request is missing Authentication Token',
  IncompleteSignature: (d: { message: string }) => d.message,
  InvalidSignature: (d: { message: string }) => d.message,
  UnrecognizedClient: (_: Record<never, never>) => 'The security token included in the request is invalid.',
  AccessDenied: (d: { message: string }) => d.message,
  // Tables
  TableNotFound: (d: { table?: string }) =>
    d.table === undefined
      ? 'Requested resource not found'
      : `Requested resource not found: Table: ${d.table} not found`,
  TableInUse: (d: { message: string }) => d.message,
  LimitExceeded: (d: { message: string }) => d.message,
  /** `item`: the item as it was, in wire form, where the caller asked for it. */
  ConditionalCheckFailed: (_: { item?: unknown }) => 'The conditional request failed',
  /** A KMS refusal as the table service words it. `denied`: AccessDeniedException, else ValidationException. */
  TableKeyRefused: (d: { message: string; denied: boolean }) => d.message,
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
  UnsupportedKeyOperation: (d: { message: string }) => d.message,
  KeyAccessDenied: (d: { message: string }) => d.message,
  KeyLimitExceeded: (d: { message: string }) => d.message,
  KeyPolicyNotFound: (_: Record<never, never>) => 'No such policy exists',
  InvalidGrantToken: (_: Record<never, never>) => '',
  InvalidMarker: (_: Record<never, never>) => '',
  MalformedPolicy: (d: { message: string }) => d.message,
  TagRefused: (d: { message: string }) => d.message,
  DryRun: (_: Record<never, never>) => 'The request would have succeeded, but the DryRun option is set.',
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
  KeyServiceUnavailable: 'The key service does not answer.',
  RootKeyMissing: 'The root key that opens this key service is not there.',
  RootKeyWrong: 'This root key does not open this key service.',
  RootKeyUnsafe: 'The root key is kept where others could take it.',
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
