/** What each operation may do to a key in each state: the one table, and the refusals its cells stand for. */
import { Refusal } from '../../base/errors.ts';
import type { KeyState } from '../key-service.ts';

export const keyStates = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingImport',
  'Unavailable',
  'Creating',
  'Updating',
] as const satisfies readonly KeyState[];

export type KeyOrigin = 'AWS_KMS' | 'EXTERNAL';

/** `ok`, or what the refusal says the key is. */
export type Verdict =
  | 'ok'
  | 'disabled'
  | 'pending deletion'
  | 'pending replica deletion'
  | 'not pending deletion'
  | 'pending import'
  | 'unavailable'
  | 'creating'
  | 'updating';

type Row = readonly [Verdict, Verdict, Verdict, Verdict, Verdict, Verdict, Verdict];

const off = 'disabled';
const dying = 'pending deletion';
const alive = 'not pending deletion';
const empty = 'pending import';
const away = 'unavailable';
const unborn = 'creating';
const busy = 'updating';

// Columns: Enabled, Disabled, PendingDeletion, PendingImport, Unavailable, Creating, Updating.
const always: Row = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok'];
const notDying: Row = ['ok', 'ok', dying, 'ok', 'ok', 'ok', 'ok'];
const using: Row = ['ok', off, dying, empty, away, unborn, 'ok'];
const switching: Row = ['ok', 'ok', dying, empty, 'ok', unborn, busy];

const rows = {
  CancelKeyDeletion: [alive, alive, 'ok', alive, alive, alive, alive],
  CreateAlias: notDying,
  CreateGrant: ['ok', off, dying, empty, 'ok', unborn, 'ok'],
  Encrypt: using,
  Decrypt: using,
  ReEncrypt: using,
  GenerateDataKey: using,
  GenerateDataKeyWithoutPlaintext: using,
  GenerateDataKeyPair: using,
  GenerateDataKeyPairWithoutPlaintext: using,
  GenerateMac: using,
  VerifyMac: using,
  Sign: using,
  Verify: using,
  GetPublicKey: using,
  DeriveSharedSecret: using,
  DeleteAlias: always,
  DeleteImportedKeyMaterial: ['ok', 'ok', 'ok', 'ok', away, unborn, busy],
  DescribeKey: always,
  GetKeyPolicy: always,
  PutKeyPolicy: always,
  ListKeyPolicies: always,
  ListGrants: always,
  ListAliases: always,
  ListResourceTags: always,
  RetireGrant: always,
  RevokeGrant: always,
  GetKeyLastUsage: always,
  DisableKey: switching,
  EnableKey: switching,
  EnableKeyRotation: ['ok', off, dying, empty, away, unborn, 'ok'],
  DisableKeyRotation: ['ok', off, dying, empty, away, unborn, 'ok'],
  RotateKeyOnDemand: ['ok', off, dying, empty, away, unborn, busy],
  GetKeyRotationStatus: ['ok', 'ok', 'ok', 'ok', away, 'ok', 'ok'],
  ListKeyRotations: ['ok', 'ok', 'ok', 'ok', away, 'ok', 'ok'],
  GetParametersForImport: ['ok', 'ok', dying, 'ok', away, unborn, busy],
  ImportKeyMaterial: ['ok', 'ok', dying, 'ok', away, unborn, 'ok'],
  ScheduleKeyDeletion: ['ok', 'ok', dying, 'ok', 'ok', 'ok', busy],
  TagResource: notDying,
  UntagResource: notDying,
  UpdateKeyDescription: notDying,
  /** The state of the key that the alias is to name; the one it leaves may be in any. */
  UpdateAlias: notDying,
  ReplicateKey: ['ok', off, dying, empty, away, unborn, busy],
  UpdatePrimaryRegion: ['ok', off, dying, empty, away, unborn, 'ok'],
} as const satisfies Record<string, Row>;

export type KeyOperation = keyof typeof rows;

/** Operations that only keys of one origin know, whatever their state. */
const originOf: Partial<Record<KeyOperation, KeyOrigin>> = {
  EnableKeyRotation: 'AWS_KMS',
  DisableKeyRotation: 'AWS_KMS',
  GetKeyRotationStatus: 'AWS_KMS',
  DeleteImportedKeyMaterial: 'EXTERNAL',
  GetParametersForImport: 'EXTERNAL',
  ImportKeyMaterial: 'EXTERNAL',
};

export const keyOperations = Object.keys(rows) as readonly KeyOperation[];

export function verdictOf(operation: KeyOperation, state: KeyState): Verdict {
  if (state === 'PendingReplicaDeletion') {
    // What PendingDeletion may, under a name of its own.
    const verdict = verdictOf(operation, 'PendingDeletion');
    return verdict === dying ? 'pending replica deletion' : verdict;
  }
  return rows[operation][keyStates.indexOf(state)] ?? 'unavailable';
}

interface KeyInState {
  readonly arn: string;
  readonly state: KeyState;
  readonly origin: KeyOrigin;
}

/** Refuses KeyDisabled or KeyInvalidState as the table says, and UnsupportedKeyOperation for a key of the wrong origin. */
export function requireState(operation: KeyOperation, { arn, state, origin }: KeyInState): void {
  const needed = originOf[operation];
  if (needed !== undefined && needed !== origin) {
    const message = `${arn} origin is ${origin} which is not valid for this operation.`;
    throw new Refusal('UnsupportedKeyOperation', { message });
  }
  const verdict = verdictOf(operation, state);
  if (verdict === 'ok') return;
  if (verdict === 'disabled') throw new Refusal('KeyDisabled', { keyArn: arn });
  throw new Refusal('KeyInvalidState', { keyArn: arn, phrase: verdict });
}
