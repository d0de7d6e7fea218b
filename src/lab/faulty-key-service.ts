/** A key service behind the lab's faults, as the table engine sees it. */
import { Refusal } from '../base/errors.ts';
import type {
  Caller,
  DecryptOptions,
  EncryptionContext,
  KeyListener,
  KeyService,
} from '../kms/key-service.ts';
import type { KeyFaults } from './key-faults.ts';

export class FaultyKeyService implements KeyService {
  readonly #service: KeyService;
  readonly #faults: KeyFaults;

  constructor(service: KeyService, faults: KeyFaults) {
    this.#service = service;
    this.#faults = faults;
  }

  async describeKey(caller: Caller, keyId: string) {
    await this.#faults.meet({ operation: 'DescribeKey', caller, key: keyId });
    return this.#service.describeKey(caller, keyId);
  }

  async generateDataKey(caller: Caller, keyId: string, context: EncryptionContext) {
    await this.#faults.meet({ operation: 'GenerateDataKey', caller, key: keyId });
    return this.#service.generateDataKey(caller, keyId, context);
  }

  async decryptDataKey(
    caller: Caller,
    ciphertext: Uint8Array,
    context: EncryptionContext,
    options?: DecryptOptions,
  ) {
    try {
      await this.#faults.meet({ operation: 'Decrypt', caller });
    } catch (fault) {
      // Nobody is ever refused the table service's own key, which no policy is about: only silence keeps it from working.
      if (!(fault instanceof Refusal && (await this.#isOwned(caller, ciphertext, context)))) throw fault;
    }
    return this.#service.decryptDataKey(caller, ciphertext, context, options);
  }

  async #isOwned(caller: Caller, ciphertext: Uint8Array, context: EncryptionContext): Promise<boolean> {
    const { key, keyArn } = await this.#service.decryptDataKey(caller, ciphertext, context);
    key.destroy();
    return keyArn === (await this.#service.ownedKey(caller.region));
  }

  ownedKey(region: string): Promise<string> {
    return this.#service.ownedKey(region);
  }

  onKeyChange(listener: KeyListener): () => void {
    return this.#service.onKeyChange(listener);
  }

  get tableGrants() {
    return this.#service.tableGrants;
  }
}
