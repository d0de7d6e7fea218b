/** What a key is to the embedded service: its record, as it is stored, and its names. */
import type { KeyDescription, KeyState } from '../key-service.ts';
import type { KeyOrigin } from './key-state.ts';

/** OWNED: the table service's own, shown to nobody. AWS: the managed key of a service. */
export type KeyOwner = 'CUSTOMER' | 'AWS' | 'OWNED';

export interface KeyTag {
  readonly key: string;
  readonly value: string;
}

/** Backing material: a 256-bit key, sealed under the store's root. */
export interface Material {
  /** 64 lower-case hex digits. */
  readonly id: string;
  /** Base64 of CryptoCore.sealKey. */
  readonly sealed: string;
}

export interface KeyRecord {
  readonly keyId: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly owner: KeyOwner;
  readonly state: KeyState;
  readonly origin: KeyOrigin;
  readonly description: string;
  readonly createdMs: number;
  /** Set in PendingDeletion alone. */
  readonly deletionMs?: number;
  readonly policy: string;
  readonly tags: readonly KeyTag[];
  /** All there ever were, oldest first; the last one encrypts. Empty while PendingImport. */
  readonly materials: readonly Material[];
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

/** The first part of an ARN tells the namespace: one account in one region. */
export function isIn(namespace: { account: string; region: string }, key: KeyRecord): boolean {
  return key.account === namespace.account && key.region === namespace.region;
}

export function describe(key: KeyRecord): KeyDescription {
  const manager = key.owner === 'CUSTOMER' ? 'CUSTOMER' : 'AWS';
  return { keyId: key.keyId, arn: key.arn, state: key.state, manager };
}
