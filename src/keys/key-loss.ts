/** Why a table's key cannot be used: told apart for those who look after the table, and for its owner. */
import { isRefusal, Outage, Refusal } from '../base/errors.ts';
import type { KeyService, KeyState } from '../kms/key-service.ts';
import { serviceItself, type TableIdentity } from './table-identity.ts';

export const keyLossCauses = [
  'disabled',
  'pendingDeletion',
  'deleted',
  /** Imported material has expired, or was deleted. */
  'materialGone',
  /** The key's own store is disconnected, or it is still being made. */
  'unavailable',
  /** Nothing allows the table service to use it any more. */
  'grantRevoked',
  /** A policy denies it to the table service. */
  'policyDenied',
  'other',
] as const;

export type KeyLossCause = (typeof keyLossCauses)[number];

export interface KeyLossReason {
  readonly cause: KeyLossCause;
  /** When the key is deleted for good, where that is scheduled and known. */
  readonly keyDeletionMs?: number;
}

export interface KeyLoss extends KeyLossReason {
  /** As the table service itself was refused. */
  readonly refusal: Refusal<'TableKeyRefused'>;
}

const causeOfState: Readonly<Partial<Record<KeyState, KeyLossCause>>> = {
  Disabled: 'disabled',
  PendingDeletion: 'pendingDeletion',
  PendingReplicaDeletion: 'pendingDeletion',
  PendingImport: 'materialGone',
  Unavailable: 'unavailable',
  Creating: 'unavailable',
  Updating: 'unavailable',
};

const causeOfCode: Readonly<Record<string, KeyLossCause>> = {
  KeyDisabled: 'disabled',
  KeyNotFound: 'deleted',
};

/**
 * What the refusal of a Decrypt by the table service came of. The key's state says it, where that can be had; of a key that
 * is in order, who was refused and how. Never rejects on an outage: that the key is lost is known already.
 */
export async function keyLossReason(
  service: Pick<KeyService, 'describeKey'>,
  { table, keyArn }: { readonly table: TableIdentity; readonly keyArn: string },
  refusal: Refusal<'TableKeyRefused'>,
): Promise<KeyLossReason> {
  try {
    const { state, deletionMs } = await service.describeKey(serviceItself(table), keyArn);
    const cause = causeOfState[state] ?? causeOfRefusal(refusal);
    return { cause, ...(deletionMs !== undefined && { keyDeletionMs: deletionMs }) };
  } catch (fault) {
    if (isRefusal(fault, 'KeyNotFound')) return { cause: 'deleted' };
    if (fault instanceof Refusal || fault instanceof Outage) return { cause: causeOfRefusal(refusal) };
    throw fault;
  }
}

function causeOfRefusal({ details, message }: Refusal<'TableKeyRefused'>): KeyLossCause {
  if (details.denied) return message.includes('explicit deny') ? 'policyDenied' : 'grantRevoked';
  return causeOfCode[details.keyCode ?? ''] ?? 'other';
}
