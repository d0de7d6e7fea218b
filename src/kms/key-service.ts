/** What the table engine asks of a key service, be it the embedded one or a remote one. */
import type { SecretKey } from '../crypto/core.ts';

/** Who asks: an ARN and its account; `service` marks the table service acting for itself. */
export interface Caller {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly service?: string;
}

/** Pairs that are bound to a ciphertext; the same pairs must come back to open it. Order is of no meaning. */
export type EncryptionContext = ReadonlyMap<string, string>;

export type KeyState =
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  /** A primary key whose replicas are to go first. */
  | 'PendingReplicaDeletion'
  | 'PendingImport'
  | 'Unavailable'
  | 'Creating'
  | 'Updating';

export interface KeyDescription {
  readonly keyId: string;
  readonly arn: string;
  readonly state: KeyState;
  readonly manager: 'AWS' | 'CUSTOMER';
}

export interface DataKey {
  /** The plaintext key, as a handle. The receiver destroys it. */
  readonly key: SecretKey;
  readonly ciphertext: Uint8Array;
  readonly keyArn: string;
}

/** Refusals are the KMS codes of base/errors.ts (KeyDisabled, KeyNotFound …); outages are 'KeyServiceUnavailable'. */
export interface KeyService {
  /** `keyId` is an id, key ARN, alias name or alias ARN. `alias/aws/dynamodb` is made on first use. */
  describeKey(caller: Caller, keyId: string): Promise<KeyDescription>;
  /** A 256-bit data key under the key, which must be usable. */
  generateDataKey(caller: Caller, keyId: string, context: EncryptionContext): Promise<DataKey>;
  decryptDataKey(caller: Caller, ciphertext: Uint8Array, context: EncryptionContext): Promise<DataKey>;
  /** The ARN of the service's own key for a region: invisible to every API. */
  ownedKey(region: string): Promise<string>;
  /** Tells at once when a key's state changes; a service that cannot tell never calls. Returns an unsubscribe. */
  onKeyChange(listener: (keyArn: string) => void): () => void;
}
