/** The data keys of one table: opened together, wiped together, and at work in the ciphers of its trees. */
import { assert, IntegrityFault, Outage } from '../base/errors.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import { openDataKey } from './data-key.ts';
import type { TreeCipher } from './tree-cipher.ts';
import type { WrappedDataKey } from './wrapped-table-keys.ts';

interface OpenDataKey {
  readonly tree: number;
  readonly id: number;
  readonly key: SecretKey;
}

export class TableKeyring {
  readonly #core: CryptoCore;
  readonly #tableId: string;
  readonly #ciphers = new Map<number, TreeCipher>();
  #dataKeys: readonly WrappedDataKey[];
  #open: readonly OpenDataKey[] | undefined;
  #whyShut: Error | undefined;

  constructor(core: CryptoCore, tableId: string, dataKeys: readonly WrappedDataKey[]) {
    this.#core = core;
    this.#tableId = tableId;
    this.#dataKeys = dataKeys;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /**
   * Opens every data key; nothing to do where they are open. Throws IntegrityFault, and then leaves none
   * open.
   */
  open(tableKey: SecretKey, dataKeys: readonly WrappedDataKey[]): void {
    this.#whyShut = undefined;
    this.#open ??= this.#opened(tableKey, dataKeys);
  }

  /** The data keys there are from now on. Those that are open stay so: what is under way may still need them. */
  follow(dataKeys: readonly WrappedDataKey[]): void {
    this.#dataKeys = dataKeys;
  }

  /** Opens data keys that are not stored yet, beside the others. Throws what took those away, where they are not open. */
  openMore(tableKey: SecretKey, made: readonly WrappedDataKey[]): void {
    if (this.#open === undefined) throw this.#whyShut ?? expired();
    this.#open = [...this.#open, ...this.#opened(tableKey, made)];
    this.#dataKeys = [...this.#dataKeys, ...made];
  }

  /** False where there was nothing to wipe. */
  wipe(): boolean {
    if (this.#open === undefined) return false;
    for (const { key } of this.#open) key.destroy();
    this.#open = undefined;
    return true;
  }

  /** What ciphers throw while the keys are wiped. */
  explain(whyShut: Error): void {
    this.#whyShut = whyShut;
  }

  /** The one cipher of a tree, for as long as the table is known. */
  cipher(tree: number): TreeCipher {
    const known = this.#ciphers.get(tree);
    if (known !== undefined) return known;
    const dataKeyId = this.#dataKeys.findLast((wrapped) => wrapped.tree === tree)?.id;
    assert(dataKeyId !== undefined, 'a tree belongs to the table whose key it is given');
    const cipher: TreeCipher = {
      dataKeyId,
      seal: (batch) => this.#core.sealPages(this.#key(tree, dataKeyId), batch),
      open: (id, batch) => this.#core.openPages(this.#key(tree, id), batch),
    };
    this.#ciphers.set(tree, cipher);
    return cipher;
  }

  #opened(tableKey: SecretKey, dataKeys: readonly WrappedDataKey[]): readonly OpenDataKey[] {
    const opened: OpenDataKey[] = [];
    try {
      for (const wrapped of dataKeys) {
        const key = openDataKey(this.#core, tableKey, { tableId: this.#tableId, wrapped });
        opened.push({ tree: wrapped.tree, id: wrapped.id, key });
      }
    } catch (fault) {
      for (const { key } of opened) key.destroy();
      throw fault;
    }
    return opened;
  }

  #key(tree: number, id: number): SecretKey {
    if (this.#open === undefined) throw this.#whyShut ?? expired();
    for (const open of this.#open) if (open.tree === tree && open.id === id) return open.key;
    // A page names its data key: one that never was is a changed page.
    throw new IntegrityFault({ tree, record: 'data key' });
  }
}

/** Asking again brings the keys back, or the refusal. */
function expired(): Outage {
  return new Outage('KeyServiceUnavailable', {
    hint: 'The keys of the table expired before the request was done; ask again.',
  });
}
