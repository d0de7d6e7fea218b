/** Every word that an examination can end with, what leads to it, and what to do. */
import type { OutageCode } from './base/errors.ts';
import type { KeyState } from './kms/key-service.ts';
import { pageProblems } from './pages/tree-walk.ts';
import { headProblems } from './pages/verify.ts';

const fromBackup = 'Put the newest sound backup in its place.';
const keepEvidence = `Keep a copy of the files: a disk at fault or a hand of someone did this. ${fromBackup}`;

/** One row a diagnosis. */
export const advice = {
  Healthy: 'Nothing is to be done.',
  StoreMissing:
    'Name another folder, or put a backup here; a new store is made by opening a folder that has no keys either.',
  StoreLocked:
    'Stop the process that has it open, or start that one with --scrub-mb-per-s: it then looks through all pages.',
  StoreForeign: 'Name another folder: this file was made by something else, or is too damaged to be known.',
  StoreReplaced: 'Leave the folder alone while a process has it open, then look again.',
  StoreUnavailable: 'See what the system says about the file: its rights, its disk.',
  StoreUnsafe: 'Take the rights of others away, and keep the store on a disk of this machine.',
  StoreFull: 'Delete something, or raise the limit.',
  StoreDamaged: keepEvidence,
  Truncated: `The end of the file is gone, as after a copy that was cut short. ${fromBackup}`,
  RolledBack:
    'An older state was put in the place of a newer one. Put the newest one back, or take this one with --accept-rollback.',
  AnchorTampered: 'Look who writes to the folder of the key service; --accept-rollback makes a new anchor.',
  KeyServiceMissing:
    'Put back the folder of the key service, or name it with --kms: no key opens without it.',
  KeyServiceUnreachable: 'See that the key service answers, and name it with --key-service, then look again.',
  KeyServiceWrong:
    'Do not trust the key service until you know why: it gave other keys than those it was asked for.',
  KeyServiceCredentials: 'Renew what this process signs in to the key service with.',
  KeyServiceUnsafe: 'Name the key service by an address that begins with https.',
  KeyRecordsTampered: `The records of the key service were changed. ${keepEvidence}`,
  RootKeyMissing: 'Name the file of the root key with --root-key, or put it back: nothing opens without it.',
  RootKeyWrong: 'Name the root key this store was made with: --root-key or --passphrase-env.',
  RootKeyUnsafe: 'Move the root key out of the data, and let its owner alone read it: chmod 600.',
  RootKeyRefused:
    'See what the token or the key service says: the PIN, the state of the key, the rights to it.',
  AddonUnavailable: 'Install the package anew for this platform.',
  WrongKey: 'Name the folder of the key service that this store was made with: this one is of another store.',
  CatalogueTampered: keepEvidence,
  KeysTampered: keepEvidence,
  PageMissing: keepEvidence,
  PageTampered: keepEvidence,
  PageMoved: keepEvidence,
  PageReplayed: keepEvidence,
  UnknownTree: 'Pages that no table owns were put into the store. Keep a copy of the files.',
  CountsWrong: keepEvidence,
  DataKeyUsedUp: 'Give the table another data key: cryptable keys rotate.',
  KeyDisabled: 'Enable the key: EnableKey.',
  KeyPendingDeletion: 'Cancel the deletion while there is time, CancelKeyDeletion, then EnableKey.',
  KeyDeleted: 'Nothing opens this table any more. Delete it, or restore a copy under another key.',
  KeyRefused: 'Look at the policy and the state of the key.',
} as const;

export type Diagnosis = keyof typeof advice;

/** Outages that an examination calls by another name than their own. */
const ofOutage: Partial<Record<OutageCode, Diagnosis>> = {
  StoreConflict: 'StoreLocked',
  StoreRolledBack: 'RolledBack',
  KeyServiceUnavailable: 'KeyServiceUnreachable',
  KeyServiceSlow: 'KeyServiceUnreachable',
  KeyServiceThrottled: 'KeyServiceUnreachable',
};

export function diagnosisOfOutage(code: OutageCode): Diagnosis {
  return ofOutage[code] ?? (isDiagnosis(code) ? code : 'StoreUnavailable');
}

function isDiagnosis(word: string): word is Diagnosis {
  return Object.hasOwn(advice, word);
}

const ofProblem: Readonly<Record<string, Diagnosis>> = {
  [pageProblems.missing]: 'PageMissing',
  [pageProblems.unreadable]: 'PageTampered',
  [pageProblems.otherVersion]: 'PageReplayed',
  [pageProblems.younger]: 'PageReplayed',
  [pageProblems.moved]: 'PageMoved',
  [pageProblems.changed]: 'PageTampered',
  [headProblems.missing]: 'PageMissing',
  [headProblems.older]: 'RolledBack',
  [headProblems.changed]: 'PageTampered',
  [headProblems.log]: 'PageTampered',
  'has no parent': 'PageMoved',
  'its keys do not open': 'KeysTampered',
  'is known to no one': 'UnknownTree',
  'its head counts other than it holds': 'CountsWrong',
};

export function diagnosisOfFault(problem: string): Diagnosis {
  return ofProblem[problem] ?? 'PageTampered';
}

/** Of a table's key that could not be used; undefined: the key service knows none. */
export function diagnosisOfKey(state: KeyState | undefined): Diagnosis {
  if (state === undefined) return 'KeyDeleted';
  if (state === 'Disabled') return 'KeyDisabled';
  return state === 'PendingDeletion' ? 'KeyPendingDeletion' : 'KeyRefused';
}
