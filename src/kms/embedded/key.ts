/** What a key is to the embedded service: its record, as it is stored, and its names. */
import { randomUUID } from 'node:crypto';
import type { KeyDescription, KeyState } from '../key-service.ts';
import type { KeySpec, KeyUsage } from './key-spec.ts';
import type { KeyOrigin } from './key-state.ts';
import type { KeyRotation, Rotated } from './rotation.ts';

/** OWNED: the table service's own, shown to nobody. AWS: the managed key of a service. */
export type KeyOwner = 'CUSTOMER' | 'AWS' | 'OWNED';

export interface KeyTag {
  readonly key: string;
  readonly value: string;
}

/** Backing material: the secret of a key, sealed under the store's root. */
export interface Material {
  /** 64 lower-case hex digits. */
  readonly id: string;
  /**
   * Base64 of CryptoCore.sealKey for a symmetric key, of sealBytes for others. Absent for imported material that was
   * deleted or has expired, until the same comes back.
   */
  readonly sealed?: string;
  /** Base64 of the DER (SubjectPublicKeyInfo) that belongs to the secret of an asymmetric key. */
  readonly publicKey?: string;
  readonly imported?: ImportedMaterial;
  /** Absent for the first material of a key. */
  readonly rotated?: Rotated;
}

export interface ImportedMaterial {
  readonly description?: string;
  /** When it expires; absent for material that does not. */
  readonly validToMs?: number;
}

export interface KeyRecord {
  readonly keyId: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly owner: KeyOwner;
  readonly state: KeyState;
  readonly origin: KeyOrigin;
  /** SYMMETRIC_DEFAULT where absent. */
  readonly spec?: KeySpec;
  /** ENCRYPT_DECRYPT where absent. */
  readonly usage?: KeyUsage;
  /** For multi-Region keys: the region where the primary key is, this one or another. */
  readonly primaryRegion?: string;
  readonly description: string;
  readonly createdMs: number;
  /** Where a customer has set automatic rotation, and once a key of the service was rotated. */
  readonly rotation?: KeyRotation;
  /** Set in PendingDeletion alone. */
  readonly deletionMs?: number;
  /** Set in PendingReplicaDeletion alone: the waiting period that begins when the last replica is gone. */
  readonly deletionWindowDays?: number;
  readonly policy: string;
  readonly tags: readonly KeyTag[];
  /** All there ever were, oldest first; the last one encrypts. Empty until the first was imported. */
  readonly materials: readonly Material[];
  /** Imported, and not in use before RotateKeyOnDemand makes it the last of `materials`. */
  readonly pendingMaterial?: Material;
}

/** What stays of a key once it is deleted: nothing opens with it, but its ciphertexts are known for what they are. */
export interface DeletedKey {
  readonly keyId: string;
  readonly arn: string;
  readonly deletedMs: number;
}

export function keyArn(region: string, account: string, keyId: string): string {
  return `arn:aws:kms:${region}:${account}:key/${keyId}`;
}

const multiRegionPrefix = 'mrk-';

export function isMultiRegion(keyId: string): boolean {
  return keyId.startsWith(multiRegionPrefix);
}

/** An id of a new key: a UUID, or its digits behind a prefix. */
export function newKeyId({ multiRegion }: { multiRegion: boolean }): string {
  const uuid = randomUUID();
  return multiRegion ? multiRegionPrefix + uuid.replaceAll('-', '') : uuid;
}

/** What tells a key from all others: related multi-Region keys have one id, and their regions. */
export function keyName(keyId: string, region: string): string {
  return isMultiRegion(keyId) ? `${keyId} ${region}` : keyId;
}

export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** The first part of an ARN tells the namespace: one account in one region. */
export function isIn(namespace: { account: string; region: string }, key: KeyRecord): boolean {
  return key.account === namespace.account && key.region === namespace.region;
}

export function describe(key: KeyRecord): KeyDescription {
  const manager = key.owner === 'CUSTOMER' ? 'CUSTOMER' : 'AWS';
  const { keyId, arn, state, deletionMs } = key;
  return { keyId, arn, state, manager, ...(deletionMs !== undefined && { deletionMs }) };
}
