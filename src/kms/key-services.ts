/** The key service of an engine: the embedded one for its own keys, and a remote one, where there is one, for customers'. */
import { isRefusal, Outage } from '../base/errors.ts';
import { managedAlias } from './embedded/alias.ts';
import { isAlias } from './embedded/key-lookup.ts';
import type {
  Caller,
  DataKey,
  DecryptOptions,
  EncryptionContext,
  KeyDescription,
  KeyListener,
  KeyService,
  TableGrants,
} from './key-service.ts';
import { isRemoteCiphertext } from './remote-ciphertext.ts';
import type { RemoteKeys } from './remote-keys.ts';

export interface KeyServicesOptions {
  /** Has the AWS owned and the AWS managed keys, and the keys that its own API made. */
  readonly own: KeyService;
  /** Closed with this. */
  readonly remote: RemoteKeys | undefined;
}

/** Old data keys are opened by whichever service made them, so that tables can move from one to the other. */
export class KeyServices implements KeyService {
  readonly #own: KeyService;
  readonly #remote: RemoteKeys | undefined;
  /** ARNs that were found to be the embedded service's. */
  readonly #ownArns = new Set<string>();

  constructor({ own, remote }: KeyServicesOptions) {
    this.#own = own;
    this.#remote = remote;
  }

  /** A key of the embedded service is known by its ARN; any other name is one of the remote service. */
  async describeKey(caller: Caller, keyId: string): Promise<KeyDescription> {
    if (this.#remote === undefined) return this.#own.describeKey(caller, keyId);
    const isOwn = this.#ownArns.has(keyId) || isAlias(caller, keyId, managedAlias);
    if (isOwn || isKeyArn(keyId)) {
      try {
        const described = await this.#own.describeKey(caller, keyId);
        this.#ownArns.add(described.arn);
        return described;
      } catch (fault) {
        if (isOwn || !isUnknown(fault)) throw fault;
      }
    }
    return this.#remote.describeKey(caller, keyId);
  }

  generateDataKey(caller: Caller, keyId: string, context: EncryptionContext): Promise<DataKey> {
    const isOwn = this.#ownArns.has(keyId) || isAlias(caller, keyId, managedAlias);
    const service = isOwn ? this.#own : (this.#remote ?? this.#own);
    return service.generateDataKey(caller, keyId, context);
  }

  async decryptDataKey(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: DecryptOptions,
  ): Promise<DataKey> {
    if (!isRemoteCiphertext(ciphertext))
      return this.#own.decryptDataKey(caller, ciphertext, context, options);
    if (this.#remote !== undefined) return this.#remote.decryptDataKey(caller, ciphertext, context);
    throw new Outage('KeyServiceUnavailable', {
      hint: 'The table is under a key of another key service than the embedded one, and none is named.',
    });
  }

  async ownedKey(region: string): Promise<string> {
    const arn = await this.#own.ownedKey(region);
    this.#ownArns.add(arn);
    return arn;
  }

  onKeyChange(listener: KeyListener): () => void {
    const stops = [this.#own.onKeyChange(listener), this.#remote?.onKeyChange(listener)];
    return () => {
      for (const stop of stops) stop?.();
    };
  }

  /** Of the embedded one's keys; a remote service is asked with whatever right its credentials have. */
  get tableGrants(): TableGrants | undefined {
    return this.#own.tableGrants;
  }

  /** The remote one's name, for people. */
  get remoteName(): string | undefined {
    return this.#remote?.name;
  }

  /** Questions to the remote service end at once. The embedded one is its opener's to close. A second call does nothing. */
  close(): void {
    this.#remote?.close();
  }
}

function isKeyArn(keyId: string): boolean {
  return keyId.startsWith('arn:') && keyId.includes(':key/');
}

/** The embedded service has no such key, in the region that is asked for. */
function isUnknown(fault: unknown): boolean {
  if (isRefusal(fault, 'KeyAccessDenied')) return fault.details.isMissing === true;
  return (['KeyNotFound', 'InvalidArnRegion', 'InvalidKeyId'] as const).some((code) =>
    isRefusal(fault, code),
  );
}
