/** The records of a key service, sealed one by one and vouched for together: none can be changed, dropped or replayed. */
import { createHash, randomUUID } from 'node:crypto';
import { concatBytes, equalBytes, textOf, utf8 } from '../../base/bytes.ts';
import { assert, IntegrityFault, Outage } from '../../base/errors.ts';
import { type CryptoCore, type SecretKey, tagBytes } from '../../crypto/core.ts';
import { lengthPrefixed } from './length-prefixed.ts';
import type { KeyRecordStorage, StoredRecord } from './record-storage.ts';
import type { RootKey } from './root-key.ts';
import { headerId, makeHeader, openHeader, type StoreRoot } from './store-header.ts';

/*
 * A stored body: kind (1) ‖ version (u48, big endian) ‖ envelope of CryptoCore.sealBytes.
 * Associated data: domain, store id, kind, id, version. The version is the number of the commit that wrote it.
 * The manifest's text: commit number (u48) ‖ SHA-256 over (id, version, tag) of every other sealed record, by id.
 */
const kinds = [
  'manifest',
  'key',
  'alias',
  'deleted-key',
  'grant',
  'identity',
  'milestone',
  'last-use',
] as const;
/** Of what a key service keeps; identities lie in a store of their own. */
export type RecordKind = Exclude<(typeof kinds)[number], 'manifest' | 'identity'>;

const manifestId = 'manifest';
const prefixBytes = 7;
const versionBytes = 6;
/** Texts are filled up to a multiple of this, so that a length tells little of a name or a description. */
const textStep = 512;
/** More new ids than this are sorted in, fewer put into their places. */
const insertionsMax = 64;

export interface OpenRecord {
  readonly id: string;
  readonly kind: RecordKind | 'identity';
  readonly text: string;
}

export interface SealedRecordChange {
  readonly puts: readonly OpenRecord[];
  readonly deletes: readonly string[];
  /** As RecordChange.erases. */
  readonly erases?: boolean;
}

/** Where a store is in its history: no two of its states have both in common, unless they hold the same. */
export interface RecordsState {
  /** Of its changes, from 1 on. */
  readonly commits: number;
  readonly hash: string;
}

/** What the manifest hashes of all records: id, version and tag of each, as bytes. */
interface Witnesses {
  readonly byId: ReadonlyMap<string, Uint8Array>;
  /** The ids in order, kept so from change to change: a store has many records, and a change few. */
  readonly order: readonly string[];
}

interface SealedRecordsParts {
  readonly core: CryptoCore;
  readonly storage: KeyRecordStorage;
  readonly store: StoreRoot;
}

export class SealedRecords {
  readonly #core: CryptoCore;
  readonly #storage: KeyRecordStorage;
  readonly #storeId: Uint8Array;
  readonly #root: SecretKey;
  readonly #recordKey: SecretKey;
  #witnesses: Witnesses = { byId: new Map(), order: [] };
  #commits = 0;
  /** A commit failed half-way: what lies in the store is unknown until it is loaded again. */
  #uncertain = false;

  private constructor({ core, storage, store }: SealedRecordsParts) {
    this.#core = core;
    this.#storage = storage;
    this.#storeId = store.storeId;
    this.#root = store.root;
    this.#recordKey = core.deriveKey(store.root, utf8('cryptable kms records 1'));
  }

  /**
   * Opens a store, or makes one where nothing is and `create` is set. Throws IntegrityFault where any record is not what
   * was written last, Outage RootKeyMissing, RootKeyWrong or RootKeyUnsafe, and StoreMissing.
   */
  static async open(options: {
    core: CryptoCore;
    storage: KeyRecordStorage;
    rootKey: RootKey;
    create: boolean;
  }): Promise<{ records: SealedRecords; contents: readonly OpenRecord[] }> {
    const { core, storage, rootKey, create } = options;
    const stored = await storage.load();
    const header = stored.find(({ id }) => id === headerId);
    if (header !== undefined) {
      const records = new SealedRecords({
        core,
        storage,
        store: await openHeader(core, rootKey, header.body),
      });
      try {
        return { records, contents: records.#unseal(stored) };
      } catch (fault) {
        records.destroy();
        throw fault;
      }
    }
    // Records without their header are not a new store.
    if (stored.length > 0) throw new IntegrityFault({ record: headerId });
    if (!create) throw new Outage('StoreMissing');
    const { body, ...store } = await makeHeader(core, rootKey);
    const records = new SealedRecords({ core, storage, store });
    try {
      await storage.commit({
        puts: [{ id: headerId, body }, records.#manifest(records.#witnesses, 0)],
        deletes: [],
      });
    } catch (fault) {
      records.destroy();
      throw fault;
    }
    return { records, contents: [] };
  }

  /** Counts every durable change of this store. */
  get commits(): number {
    return this.#commits;
  }

  get state(): RecordsState {
    return { commits: this.#commits, hash: Buffer.from(hashOf(this.#witnesses)).toString('hex') };
  }

  /** True after a commit whose outcome is unknown: reload before the next one. */
  get uncertain(): boolean {
    return this.#uncertain;
  }

  /** A key for one purpose that belongs to this store alone. */
  deriveKey(purpose: string): SecretKey {
    return this.#core.deriveKey(this.#root, utf8(`cryptable kms ${purpose} 1`));
  }

  async commit(change: SealedRecordChange): Promise<void> {
    assert(!this.#uncertain, 'key records are changed without knowing what is stored');
    const commit = this.#commits + 1;
    const put = new Map<string, Uint8Array>();
    const puts: StoredRecord[] = [];
    for (const record of change.puts) {
      const body = this.#seal(record.id, record.kind, commit, padded(record.text));
      put.set(record.id, witnessOf(record.id, { body, version: commit }));
      puts.push({ id: record.id, body });
    }
    const witnesses = changedWitnesses(this.#witnesses, put, change.deletes);
    puts.push(this.#manifest(witnesses, commit));
    this.#uncertain = true;
    await this.#storage.commit({ puts, deletes: change.deletes, erases: change.erases === true });
    this.#uncertain = false;
    this.#witnesses = witnesses;
    this.#commits = commit;
  }

  /** Finds out what is stored, after a commit that failed. */
  async reload(): Promise<readonly OpenRecord[]> {
    const contents = this.#unseal(await this.#storage.load(), this.#commits);
    this.#uncertain = false;
    return contents;
  }

  /** Wipes the keys; storage is the caller's to close. */
  destroy(): void {
    this.#recordKey.destroy();
    this.#root.destroy();
  }

  #unseal(stored: readonly StoredRecord[], commitsMin = 0): readonly OpenRecord[] {
    const contents: OpenRecord[] = [];
    const byId = new Map<string, Uint8Array>();
    let manifest: { commits: number; hash: Uint8Array } | undefined;
    for (const { id, body } of stored) {
      if (id === headerId) continue;
      const { kind, version, text } = this.#open(id, body);
      if (kind === 'manifest') {
        manifest = { commits: readVersion(text), hash: text.subarray(versionBytes) };
        if (id !== manifestId || manifest.commits !== version) throw new IntegrityFault({ record: id });
      } else {
        if (byId.has(id)) throw new IntegrityFault({ record: id });
        byId.set(id, witnessOf(id, { body, version }));
        contents.push({ id, kind, text: textOf(text) });
      }
    }
    if (manifest === undefined || manifest.commits < commitsMin)
      throw new IntegrityFault({ record: manifestId });
    const witnesses = { byId, order: [...byId.keys()].sort() };
    if (!equalBytes(manifest.hash, hashOf(witnesses))) throw new IntegrityFault({ record: manifestId });
    this.#witnesses = witnesses;
    this.#commits = manifest.commits;
    return contents;
  }

  #manifest(witnesses: Witnesses, commit: number): StoredRecord {
    const text = concatBytes(writeVersion(commit), hashOf(witnesses));
    return { id: manifestId, body: this.#seal(manifestId, 'manifest', commit, text) };
  }

  #seal(id: string, kind: (typeof kinds)[number], version: number, text: Uint8Array): Uint8Array {
    const prefix = concatBytes(Uint8Array.of(kinds.indexOf(kind)), writeVersion(version));
    return concatBytes(prefix, this.#core.sealBytes(this.#recordKey, text, this.#context(id, prefix)));
  }

  #open(id: string, body: Uint8Array): { kind: (typeof kinds)[number]; version: number; text: Uint8Array } {
    const kind = kinds[body[0] ?? kinds.length];
    if (kind === undefined || body.length < prefixBytes) throw new IntegrityFault({ record: id });
    const prefix = body.subarray(0, prefixBytes);
    try {
      const text = this.#core.openBytes(
        this.#recordKey,
        body.subarray(prefixBytes),
        this.#context(id, prefix),
      );
      return { kind, version: readVersion(prefix.subarray(1)), text };
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw new IntegrityFault({ record: id });
      throw fault;
    }
  }

  #context(id: string, prefix: Uint8Array): Uint8Array {
    return lengthPrefixed('cryptable kms record 1', this.#storeId, id, prefix);
  }
}

/** An id for a new record: random, since a storage sees it. */
export function newRecordId(): string {
  return randomUUID();
}

function hashOf({ byId, order }: Witnesses): Uint8Array {
  const witnesses = order.map((id) => {
    const witness = byId.get(id);
    assert(witness !== undefined, 'an id in order has no witness');
    return witness;
  });
  return createHash('sha256').update(Buffer.concat(witnesses)).digest();
}

function witnessOf(id: string, { body, version }: { body: Uint8Array; version: number }): Uint8Array {
  return lengthPrefixed(id, writeVersion(version), body.subarray(body.length - tagBytes));
}

function changedWitnesses(
  { byId, order }: Witnesses,
  put: ReadonlyMap<string, Uint8Array>,
  deletes: readonly string[],
): Witnesses {
  const next = new Map(byId);
  for (const id of deletes) next.delete(id);
  const kept = deletes.length === 0 ? [...order] : order.filter((id) => next.has(id));
  const added = [...put.keys()].filter((id) => !next.has(id));
  for (const [id, witness] of put) next.set(id, witness);
  if (added.length > insertionsMax) return { byId: next, order: [...kept, ...added].sort() };
  for (const id of added) kept.splice(placeOf(id, kept), 0, id);
  return { byId: next, order: kept };
}

/** How many ids of the list come before this one. */
function placeOf(id: string, order: readonly string[]): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Spaces at the end mean nothing to JSON. */
function padded(text: string): Uint8Array {
  const bytes = utf8(text);
  const filled = new Uint8Array(Math.ceil(bytes.length / textStep) * textStep).fill(0x20);
  filled.set(bytes);
  return filled;
}

function writeVersion(version: number): Uint8Array {
  const bytes = Buffer.alloc(versionBytes);
  bytes.writeUIntBE(version, 0, versionBytes);
  return bytes;
}

function readVersion(bytes: Uint8Array): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUIntBE(0, versionBytes);
}
