/** Where identities are kept that operations made: sealed records of their own, whose newest state the key service knows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Outage } from './base/errors.ts';
import type { Log } from './base/log.ts';
import type { IdentityRecord, IdentityRecords } from './iam/directory.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import { type KeyRecordStorage, MemoryRecordStorage } from './kms/embedded/record-storage.ts';
import type { RootKey } from './kms/embedded/root-key.ts';
import { newRecordId, type RecordsState, SealedRecords } from './kms/embedded/sealed-records.ts';
import { openRecordStorage } from './store/record-storage.ts';
import { readRecords } from './store/sqlite-read-only.ts';

export interface KeptOptions {
  readonly kms: EmbeddedKms;
  /** The folder of the key service. */
  readonly folder: string;
  readonly log: Log;
  /** Take identities of which the key service knows a newer state. */
  readonly acceptRollback: boolean;
}

/** Their folder in that of the key service, made with the first identity. */
const identityFolder = 'identities';
const identityFile = 'identities.sqlite';
const milestoneName = 'identities';
const nothing: RecordsState = { commits: 0, hash: '' };

/** Made when there is something to keep: most stores never have an identity of their own. */
export class KeptIdentities implements IdentityRecords {
  readonly #options: KeptOptions;
  #open: { readonly records: SealedRecords; readonly storage: KeyRecordStorage } | undefined;
  /** The key service does not know of the newest change. */
  #isBehind = false;

  private constructor(options: KeptOptions) {
    this.#options = options;
  }

  /**
   * Throws Outage StoreRolledBack where an older state was put in the place of the newest, which may bring back an access key
   * that was deleted; unless `acceptRollback` is set.
   */
  static async open(
    options: KeptOptions,
  ): Promise<{ records: KeptIdentities; contents: readonly IdentityRecord[] }> {
    const records = new KeptIdentities(options);
    const isThere = existsSync(join(options.folder, identityFolder, identityFile));
    const contents = isThere ? await records.#begin(false) : [];
    try {
      await records.#judge();
    } catch (fault) {
      await records.close();
      throw fault;
    }
    return { records, contents };
  }

  async commit({ puts, deletes }: Parameters<IdentityRecords['commit']>[0]): Promise<void> {
    if (this.#open === undefined) await this.#begin(true);
    const { records } = this.#opened;
    // A change that failed half-way may have been made: what is kept decides, and the caller is told of the failure.
    if (records.uncertain) await records.reload();
    const kept = puts.map(({ id, text }) => ({ id, text, kind: 'identity' }) as const);
    await records.commit({ puts: kept, deletes, erases: true });
    this.#isBehind = true;
    try {
      await this.#tellOf(records.state);
    } catch (fault) {
      // The change is made, and must not look undone.
      this.#options.log.warn({ fault }, 'The key service does not know of a change of identities yet.');
    }
  }

  newId(): string {
    return newRecordId();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    try {
      if (open !== undefined && this.#isBehind) await this.#tellOf(open.records.state);
    } finally {
      open?.records.destroy();
      await open?.storage.close();
    }
  }

  get #opened() {
    if (this.#open === undefined) throw new TypeError('identities are kept in an open store');
    return this.#open;
  }

  async #judge(): Promise<void> {
    const { kms, log, acceptRollback } = this.#options;
    const found = this.#open?.records.state ?? nothing;
    const known = kms.milestones.of(milestoneName);
    const hint = known === undefined ? undefined : rollbackOf(JSON.parse(known), found);
    if (hint !== undefined) {
      if (!acceptRollback) throw new Outage('StoreRolledBack', { hint });
      log.warn({ rollback: hint }, 'Identities that were put back are taken as they are, as demanded.');
    }
    // A crash may have come between a change and the word of it; identities of an older version have none yet.
    const isNews = hint !== undefined || (found.commits > 0 && known !== textOf(found));
    if (isNews) await this.#tellOf(found);
  }

  async #tellOf(state: RecordsState): Promise<void> {
    await this.#options.kms.milestones.put({ name: milestoneName, text: textOf(state) });
    this.#isBehind = false;
  }

  async #begin(create: boolean): Promise<readonly IdentityRecord[]> {
    const { kms } = this.#options;
    const folder = join(this.#options.folder, identityFolder);
    const storage = openRecordStorage({ folder, file: identityFile, create });
    try {
      const opened = await openRecords(kms, storage, create);
      this.#open = { records: opened.records, storage };
      return opened.contents;
    } catch (fault) {
      await storage.close();
      throw fault;
    }
  }
}

/** Looks without changing anything. Throws as KeptIdentities.open, and IntegrityFault for records that were changed. */
export async function examineIdentities({ kms, folder }: Pick<KeptOptions, 'kms' | 'folder'>): Promise<void> {
  const place = join(folder, identityFolder);
  const storage = new MemoryRecordStorage();
  const isThere = existsSync(join(place, identityFile));
  if (isThere) await storage.commit({ puts: readRecords(place, identityFile), deletes: [] });
  const records = isThere ? (await openRecords(kms, storage, false)).records : undefined;
  const known = kms.milestones.of(milestoneName);
  const hint = known === undefined ? undefined : rollbackOf(JSON.parse(known), records?.state ?? nothing);
  records?.destroy();
  if (hint !== undefined) throw new Outage('StoreRolledBack', { hint });
}

function openRecords(kms: EmbeddedKms, storage: KeyRecordStorage, create: boolean) {
  return SealedRecords.open({ core: kms.core, storage, rootKey: derivedRootKey(kms), create });
}

/** Undefined where what was found is the state that the key service knows, or a later one. */
function rollbackOf(known: RecordsState, found: RecordsState): string | undefined {
  const wanted = `Expected change ${known.commits} or a later one of the identities`;
  if (found.commits < known.commits)
    return `${wanted}, found ${found.commits === 0 ? 'none' : found.commits}.`;
  if (found.commits > known.commits || found.commits === 0 || found.hash === known.hash) return undefined;
  return `${wanted}, found another change ${found.commits}: they are a copy that went its own way.`;
}

function textOf({ commits, hash }: RecordsState): string {
  return JSON.stringify({ commits, hash });
}

/** A key that comes from the key service's own; nothing has to be written down to find it again. */
function derivedRootKey(kms: EmbeddedKms): RootKey {
  return {
    place: 'the key service',
    create: async () => ({ key: kms.deriveKey('identities'), recipe: { source: 'file' } }),
    open: async () => kms.deriveKey('identities'),
  };
}
