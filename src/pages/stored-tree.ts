/** A tree's head, and the log that it ends, as the store has them: of one commit, however the reads fall. */
import { IntegrityFault } from '../base/errors.ts';
import type { MaybePromise, PageStore, StoredHead, StoredPage } from '../store/page-store.ts';
import { decodeHead, type Head } from './head.ts';
import {
  headPlainBytes,
  headWithLogBytes,
  logPageBytes,
  pageKind,
  plainPageBytes,
  readU48,
  refTagAt,
  refVersionAt,
} from './layout.ts';
import type { PageCipher } from './page-cipher.ts';
import { RefLog } from './ref-log.ts';
import { type PageSealer, sealedOverheadBytes } from './sealed-page.ts';

export interface StoredTree {
  readonly head: Head;
  readonly log: RefLog;
}

interface Reading {
  readonly tree: number;
  readonly cipher: PageCipher;
  readonly head: Head;
  /** What was read of the log, the last page first. */
  readonly pages: { readonly id: number; readonly plain: Uint8Array }[];
}

export class StoredTrees {
  readonly #store: Pick<PageStore, 'readHeads' | 'readPages'>;
  readonly #sealer: PageSealer;

  constructor(store: Pick<PageStore, 'readHeads' | 'readPages'>, sealer: PageSealer) {
    this.#store = store;
    this.#sealer = sealer;
  }

  /** Undefined where the store has no head. Throws IntegrityFault where head or log are not what was written. */
  read(tree: number, cipher: PageCipher): MaybePromise<StoredTree | undefined> {
    const answer = this.#store.readHeads([tree]);
    if (answer instanceof Promise) return answer.then(([stored]) => this.#begin(tree, cipher, stored));
    return this.#begin(tree, cipher, answer[0]);
  }

  #begin(
    tree: number,
    cipher: PageCipher,
    stored: StoredHead | undefined,
  ): MaybePromise<StoredTree | undefined> {
    if (stored === undefined) return undefined;
    return this.#readLog({ tree, cipher, head: this.#openHead(cipher, stored), pages: [] });
  }

  #openHead(cipher: PageCipher, { tree, version, body }: StoredHead): Head {
    const plainBytes =
      body.length === headPlainBytes + sealedOverheadBytes ? headPlainBytes : headWithLogBytes;
    const plain = new Uint8Array(plainBytes);
    const place = { kind: pageKind.head, tree, page: 0, version };
    this.#sealer.open(cipher, place, body, undefined, 0, plain, 0, plainBytes);
    return decodeHead(plain, version);
  }

  /** From the last page back to as many as the head says. */
  #readLog(reading: Reading): MaybePromise<StoredTree | undefined> {
    const { tree, head, pages } = reading;
    while (pages.length < head.logPages) {
      const ref = pages.at(-1)?.plain ?? head.logRef;
      const answer = this.#store.readPages(tree, [readU48(ref, 0)], true);
      if (answer instanceof Promise) return answer.then(([page]) => this.#goOn(reading, ref, page));
      if (!this.#open(reading, ref, answer[0])) return this.#suspect(reading, ref);
    }
    const log = new RefLog();
    for (const { id, plain } of pages.reverse()) {
      if (!log.add(id, plain)) throw new IntegrityFault({ tree, page: id });
    }
    return { head, log };
  }

  #goOn(
    reading: Reading,
    ref: Uint8Array,
    page: StoredPage | undefined,
  ): MaybePromise<StoredTree | undefined> {
    return this.#open(reading, ref, page) ? this.#readLog(reading) : this.#suspect(reading, ref);
  }

  /** False where the page is missing or of another version. */
  #open({ tree, cipher, pages }: Reading, ref: Uint8Array, page: StoredPage | undefined): boolean {
    const id = readU48(ref, 0);
    const version = readU48(ref, refVersionAt);
    if (page?.version !== version) return false;
    const plainBytes = page.body.length - sealedOverheadBytes;
    if (plainBytes < logPageBytes(0) || plainBytes > plainPageBytes)
      throw new IntegrityFault({ tree, page: id });
    const plain = new Uint8Array(plainBytes);
    const place = { kind: pageKind.log, tree, page: id, version };
    this.#sealer.open(cipher, place, page.body, ref, refTagAt, plain, 0, plainBytes);
    pages.push({ id, plain });
    return true;
  }

  /** Another process may have moved the head on; else the page was tampered with. */
  #suspect({ tree, cipher, head }: Reading, ref: Uint8Array): MaybePromise<StoredTree | undefined> {
    const judge = ([stored]: readonly (StoredHead | undefined)[]): MaybePromise<StoredTree | undefined> => {
      if (stored?.version === head.version) throw new IntegrityFault({ tree, page: readU48(ref, 0) });
      return this.#begin(tree, cipher, stored);
    };
    const answer = this.#store.readHeads([tree]);
    return answer instanceof Promise ? answer.then(judge) : judge(answer);
  }
}
