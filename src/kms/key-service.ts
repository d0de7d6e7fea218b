/** What the table engine asks of a key service, be it the embedded one or a remote one. */
import type { SecretKey } from '../crypto/core.ts';
import type { CallerIdentity } from '../iam/evaluate.ts';

/** Who asks: an ARN and its account. */
export interface Caller {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  /** The service that asks for the caller; one that asks for itself has this name as its ARN. */
  readonly service?: string;
  /** What of its own a service asks for. */
  readonly sourceArn?: string;
  /** The policies that bind the caller. Without it, the caller is trusted as the root of the account is. */
  readonly identity?: CallerIdentity;
  /** Whose credentials signed the request: for the record, no right depends on it. */
  readonly accessKeyId?: string;
  /** The client connection of the request, by its number: for the bill, no right depends on it. */
  readonly connection?: number;
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
  /** When it is deleted; present where that is known. */
  readonly deletionMs?: number;
}

export interface DataKey {
  /** The plaintext key, as a handle. The receiver destroys it. */
  readonly key: SecretKey;
  readonly ciphertext: Uint8Array;
  readonly keyArn: string;
}

/** `rights`: who may use it. Without a word: its state, or nobody can say. */
export type KeyChange = 'state' | 'rights';
export type KeyListener = (keyArn: string, change?: KeyChange) => void;

/** What a grant is asked for: one table of one store. */
export interface GrantForTable {
  readonly keyArn: string;
  /** The table's id: asking again for the same gives the grant that is there. */
  readonly name: string;
  readonly context: EncryptionContext;
  /** The store. */
  readonly holder: string;
}

export interface TableGrant {
  readonly keyArn: string;
  readonly grantId: string;
  readonly name: string;
  /** Of whoever asked for it. */
  readonly account: string;
}

/** What lets the table service use a table's key for itself. Ids are undefined for keys that need no grant. */
export interface TableGrants {
  /** Asked for by a caller, by way of the service. Refuses as the key's policy says, and what no such key can do. */
  create(caller: Caller, wanted: GrantForTable): Promise<string | undefined>;
  /** For a table from before there were grants: nobody asks for it. */
  adopt(service: Caller, wanted: GrantForTable): Promise<string | undefined>;
  /** Does nothing where it is gone. */
  retire(service: Caller, grant: TableGrant): Promise<void>;
  heldBy(holder: string): readonly TableGrant[];
}

export interface DecryptOptions {
  /** Else the service at work for a caller needs a right of its own beside that of the caller. */
  readonly byCallerAlone?: boolean | undefined;
}

/** Refusals are the KMS codes of base/errors.ts (KeyDisabled, KeyNotFound …); outages are 'KeyServiceUnavailable'. */
export interface KeyService {
  /** `keyId` is an id, key ARN, alias name or alias ARN. `alias/aws/dynamodb` is made on first use. */
  describeKey(caller: Caller, keyId: string): Promise<KeyDescription>;
  /** A 256-bit data key under the key, which must be usable. */
  generateDataKey(caller: Caller, keyId: string, context: EncryptionContext): Promise<DataKey>;
  decryptDataKey(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: DecryptOptions,
  ): Promise<DataKey>;
  /** The ARN of the service's own key for a region: invisible to every API. */
  ownedKey(region: string): Promise<string>;
  /** Tells at once when a key changes; a service that cannot tell never calls. Returns an unsubscribe. */
  onKeyChange(listener: KeyListener): () => void;
  /** Absent where the table service works with whatever right its operator has. */
  readonly tableGrants?: TableGrants | undefined;
}
