/** The data keys of one table: opened together, wiped together, and at work in the ciphers of its trees. */
import { assert, IntegrityFault, Outage } from '../base/errors.ts';
import type { CryptoCore, PageBatch, SecretKey } from '../crypto/core.ts';
import { openDataKey } from './data-key.ts';
import { type DataKeyLimits, DataKeyUse, dataKeyLimits, type SealCount } from './data-key-use.ts';
import type { TreeCipher } from './tree-cipher.ts';
import type { WrappedDataKey } from './wrapped-table-keys.ts';

/** Which data key of the table. */
export type DataKeyNumber = Pick<WrappedDataKey, 'tree' | 'id'>;

export interface DataKeyCount extends DataKeyNumber, SealCount {}

interface OpenDataKey extends DataKeyNumber {
  readonly key: SecretKey;
}

/** The data key that a tree's pages are sealed with at this time. */
interface Sealing {
  readonly id: number;
  readonly use: DataKeyUse;
}

export interface KeyringOptions {
  readonly limits?: DataKeyLimits;
  /** See DataKeyUse.add. Called while pages are sealed: it must not throw, nor seal. */
  readonly onNotice?: () => void;
}

export class TableKeyring {
  readonly #core: CryptoCore;
  readonly #tableId: string;
  readonly #limits: DataKeyLimits;
  readonly #onNotice: () => void;
  readonly #ciphers = new Map<number, TreeCipher>();
  readonly #uses = new Map<string, DataKeyUse>();
  readonly #sealing = new Map<number, Sealing>();
  /** As stored, and those of trees that are about to be. */
  #dataKeys: readonly WrappedDataKey[];
  #open: readonly OpenDataKey[] | undefined;
  #whyShut: Error | undefined;
  #isMetered = false;

  constructor(
    core: CryptoCore,
    tableId: string,
    dataKeys: readonly WrappedDataKey[],
    { limits = dataKeyLimits, onNotice = () => {} }: KeyringOptions = {},
  ) {
    this.#core = core;
    this.#tableId = tableId;
    this.#limits = limits;
    this.#onNotice = onNotice;
    this.#dataKeys = dataKeys;
    this.#choose();
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
    if (this.#open !== undefined) return;
    this.#open = this.#opened(tableKey, dataKeys);
    this.#choose();
  }

  /**
   * The data keys there are from now on, as stored. Those of trees that have gone stay open, since what is under way may
   * still need them; not so the others of a tree that goes on: no page is under those.
   */
  follow(dataKeys: readonly WrappedDataKey[]): void {
    this.#dataKeys = dataKeys;
    const gone = (this.#open ?? []).filter((open) => !has(dataKeys, open) && dataKeys.some(isOf(open.tree)));
    for (const { key } of gone) key.destroy();
    this.#open = this.#open?.filter((open) => !gone.includes(open));
    this.#choose();
  }

  /**
   * Opens data keys that are not stored yet, beside the others. A tree that has one goes on sealing with it until the new
   * one is stored. Throws what took the others away, where they are not open.
   */
  openMore(tableKey: SecretKey, made: readonly WrappedDataKey[]): void {
    if (this.#open === undefined) throw this.#whyShut ?? expired();
    assert(!made.some((one) => has(this.#open ?? [], one)), 'no two open data keys have one number');
    this.#open = [...this.#open, ...this.#opened(tableKey, made)];
    const ofNewTrees = made.filter(({ tree }) => !this.#dataKeys.some(isOf(tree)));
    this.#dataKeys = [...this.#dataKeys, ...ofNewTrees];
    this.#choose();
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

  /**
   * From now on no data key seals more than is granted. `written`: what is written down of those there are; absent where
   * they were made in this process. One without a count was left in its first block.
   */
  meter(written?: readonly DataKeyCount[]): void {
    this.#isMetered = true;
    const { blockSeals, blockBytes } = this.#limits;
    for (const dataKey of this.sealing()) {
      const use = this.use(dataKey);
      const count = written?.find((known) => has([known], dataKey));
      if (written === undefined) use.meterNew();
      else use.meterKnown(count ?? { seals: blockSeals, bytes: blockBytes });
    }
  }

  /** The trees with the data key that each is sealed with. */
  sealing(): readonly DataKeyNumber[] {
    return [...this.#sealing].map(([tree, { id }]) => ({ tree, id }));
  }

  use({ tree, id }: DataKeyNumber): DataKeyUse {
    const place = `${tree}/${id}`;
    const known = this.#uses.get(place);
    if (known !== undefined) return known;
    const use = new DataKeyUse(this.#limits);
    if (this.#isMetered) use.meterNew();
    this.#uses.set(place, use);
    return use;
  }

  /** The one cipher of a tree, for as long as the table is known. */
  cipher(tree: number): TreeCipher {
    const known = this.#ciphers.get(tree);
    if (known !== undefined) return known;
    assert(this.#sealing.has(tree), 'a tree belongs to the table whose key it is given');
    const sealing = () => this.#sealing.get(tree) as Sealing;
    const cipher: TreeCipher = {
      get dataKeyId() {
        return sealing().id;
      },
      seal: (batch) => this.#seal(tree, sealing(), batch),
      open: (id, batch) => this.#core.openPages(this.#key(tree, id), batch),
    };
    this.#ciphers.set(tree, cipher);
    return cipher;
  }

  #seal(tree: number, { id, use }: Sealing, batch: PageBatch): void {
    const key = this.#key(tree, id);
    let isNoticed = true;
    try {
      isNoticed = use.add(batch);
    } finally {
      // Also where nothing more is granted: whoever asks again shall not find it so.
      if (isNoticed) this.#onNotice();
    }
    this.#core.sealPages(key, batch);
  }

  /** Each tree is sealed with its last data key; where others are open and that one is not yet, with the last of them. */
  #choose(): void {
    const chosen = new Map<number, number>();
    for (const known of this.#dataKeys) {
      if (!chosen.has(known.tree) || this.#open === undefined || has(this.#open, known)) {
        chosen.set(known.tree, known.id);
      }
    }
    for (const [tree, id] of chosen) {
      if (this.#sealing.get(tree)?.id !== id) this.#sealing.set(tree, { id, use: this.use({ tree, id }) });
    }
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
    // It came while the others were open already.
    if (has(this.#dataKeys, { tree, id })) throw expired();
    // A page names its data key: one that never was is a changed page.
    throw new IntegrityFault({ tree, record: 'data key' });
  }
}

function has(dataKeys: readonly DataKeyNumber[], { tree, id }: DataKeyNumber): boolean {
  return dataKeys.some((known) => known.tree === tree && known.id === id);
}

function isOf(tree: number): (dataKey: DataKeyNumber) => boolean {
  return (dataKey) => dataKey.tree === tree;
}

/** Asking again brings the keys back, or the refusal. */
function expired(): Outage {
  return new Outage('KeyServiceUnavailable', {
    hint: 'The keys of the table expired before the request was done; ask again.',
  });
}
