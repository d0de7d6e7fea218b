/** The identities of a store: what operations made is kept beside the keys, sealed as they are; and what a file declares. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { iamOperations } from './api/iam/index.ts';
import { stsOperations } from './api/sts/index.ts';
import type { Clock } from './base/clock.ts';
import type { Closing } from './closing.ts';
import { Callers } from './iam/callers.ts';
import { Directory, type IdentityRecord, type IdentityRecords } from './iam/directory.ts';
import { identitiesOf } from './iam/iam-file.ts';
import { SessionTokens } from './iam/session-token.ts';
import type { EmbeddedKms } from './kms/embedded/embedded-kms.ts';
import type { RootKey } from './kms/embedded/root-key.ts';
import { newRecordId, SealedRecords } from './kms/embedded/sealed-records.ts';
import { identityJudge } from './server/access/identity-access.ts';
import { type QueryService, queryServiceOf } from './server/service.ts';
import { openRecordStorage } from './store/record-storage.ts';

export interface Identities {
  readonly directory: Directory;
  readonly sessions: SessionTokens;
  readonly callers: Callers;
  /** There is a file of the operator's: whoever comes over a network has to be known. */
  readonly areDeclared: boolean;
}

export interface IdentitiesOptions {
  readonly kms: EmbeddedKms;
  readonly clock: Clock;
  /** The folder of the key service. */
  readonly folder: string;
  /** The operator's file: its path. */
  readonly file?: string | undefined;
}

/** Their folder in that of the key service, made with the first identity. */
const identityFolder = 'identities';
const identityFile = 'identities.sqlite';

/** Throws a TypeError for a file that says what it may not, and the outages of a key service's store. */
export async function openIdentities(
  { kms, clock, folder, file }: IdentitiesOptions,
  closing: Closing,
): Promise<Identities> {
  const declared = file === undefined ? [] : identitiesOf(readFileSync(file, 'utf8'));
  const { records, contents } = await KeptIdentities.open(kms, join(folder, identityFolder));
  closing.add(records, (opened) => opened.close());
  const directory = new Directory({ records, contents, declared });
  const key = closing.add(kms.deriveKey('session tokens'), (opened) => opened.destroy());
  const sessions = new SessionTokens({ core: kms.core, key, clock });
  const callers = new Callers({ directory, sessions });
  return { directory, sessions, callers, areDeclared: file !== undefined };
}

/** IAM and STS. */
export function identityServices(
  { directory, sessions, callers }: Identities,
  clock: Clock,
): readonly QueryService[] {
  return [
    queryServiceOf({
      model: 'iam',
      operations: iamOperations,
      context: ({ caller }) => ({ directory, callers, caller, clock }),
      judge: identityJudge(directory),
    }),
    queryServiceOf({
      model: 'sts',
      operations: stsOperations,
      context: ({ caller }) => ({ directory, sessions, caller, clock }),
    }),
  ];
}

type Storage = ReturnType<typeof openRecordStorage>;

/** Made when there is something to keep: most stores never have an identity of their own. */
class KeptIdentities implements IdentityRecords {
  readonly #kms: EmbeddedKms;
  readonly #folder: string;
  #open: { readonly records: SealedRecords; readonly storage: Storage } | undefined;

  private constructor(kms: EmbeddedKms, folder: string) {
    this.#kms = kms;
    this.#folder = folder;
  }

  static async open(
    kms: EmbeddedKms,
    folder: string,
  ): Promise<{ records: KeptIdentities; contents: readonly IdentityRecord[] }> {
    const records = new KeptIdentities(kms, folder);
    const isThere = existsSync(join(folder, identityFile));
    return { records, contents: isThere ? await records.#begin(false) : [] };
  }

  async commit({ puts, deletes }: Parameters<IdentityRecords['commit']>[0]): Promise<void> {
    if (this.#open === undefined) await this.#begin(true);
    const { records } = this.#opened;
    // A change that failed half-way may have been made: what is kept decides, and the caller is told of the failure.
    if (records.uncertain) await records.reload();
    const kept = puts.map(({ id, text }) => ({ id, text, kind: 'identity' }) as const);
    await records.commit({ puts: kept, deletes, erases: true });
  }

  newId(): string {
    return newRecordId();
  }

  async close(): Promise<void> {
    this.#open?.records.destroy();
    await this.#open?.storage.close();
    this.#open = undefined;
  }

  get #opened() {
    if (this.#open === undefined) throw new TypeError('identities are kept in an open store');
    return this.#open;
  }

  async #begin(create: boolean): Promise<readonly IdentityRecord[]> {
    const storage = openRecordStorage({ folder: this.#folder, file: identityFile, create });
    try {
      const { records, contents } = await SealedRecords.open({
        core: this.#kms.core,
        storage,
        rootKey: derivedRootKey(this.#kms),
        create,
      });
      this.#open = { records, storage };
      return contents;
    } catch (fault) {
      await storage.close();
      throw fault;
    }
  }
}

/** A key that comes from the key service's own; nothing has to be written down to find it again. */
function derivedRootKey(kms: EmbeddedKms): RootKey {
  return {
    place: 'the key service',
    create: async () => ({ key: kms.deriveKey('identities'), recipe: { source: 'file' } }),
    open: async () => kms.deriveKey('identities'),
  };
}
