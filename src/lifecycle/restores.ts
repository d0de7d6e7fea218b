/** Makes tables of backups: every page opened under the key of the backup and sealed anew under the table's own. */
import type { Clock } from '../base/clock.ts';
import { refuse } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CryptoCore } from '../crypto/core.ts';
import { TableKeys } from '../keys/table-keys.ts';
import type { Caller, KeyService } from '../kms/key-service.ts';
import { PageEngine, type PlantedTree } from '../pages/pages.ts';
import { identityOf, type TableRecord } from '../tables/catalog-record.ts';
import type { RestoreMark } from '../tables/restore-mark.ts';
import { tableArn } from '../tables/table-name.ts';
import type { TableInfo } from '../tables/table-record.ts';
import type { PlannedTable, TableRestoring } from '../tables/table-restoring.ts';
import { atOnceMax, tooManyAtOnce } from './at-once.ts';
import { BackgroundWorks } from './background-works.ts';
import { type BackupManifest, type ManifestKey, openManifest } from './backup-manifest.ts';
import type { BackupReader } from './backup-reader.ts';
import type { BackupRecord } from './backup-record.ts';
import type { Backups, Borrowed } from './backups.ts';
import {
  encryptionOf,
  type RestoreOverrides,
  restoredDefinition,
  restoredIndexes,
} from './restore-overrides.ts';

export interface RestoresOptions {
  readonly backups: Backups;
  readonly restoring: TableRestoring;
  readonly manifestKey: ManifestKey;
  readonly core: CryptoCore;
  readonly service: KeyService;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RestoreRequest {
  readonly backupArn: string;
  readonly target: string;
  readonly overrides: RestoreOverrides;
}

const noEncryption = 'Invalid Request: sseSpecificationOverride must be provided for cross-region restores';
/** Of opened pages of a backup: each is read once. */
const cacheBytes = 2 ** 20;

/** What is known of a backup once its file and its keys are open. */
interface Source {
  readonly manifest: BackupManifest;
  readonly reader: BackupReader;
  readonly keys: TableKeys;
}

/** Works on a planted table that nobody sees yet; `open` opens further trees of the backup. */
export type Settle = (
  planned: PlannedTable,
  open: (tree: number) => Promise<PlantedTree>,
  mayGoOn: () => void,
) => Promise<void>;

interface Plan {
  readonly target: string;
  readonly overrides: RestoreOverrides;
  readonly mark: RestoreMark;
  readonly open: () => Promise<BackupReader>;
  readonly settle?: Settle;
}

export interface BorrowedPlan extends Pick<Plan, 'target' | 'overrides'> {
  /** The moment that is restored. */
  readonly atMs: number;
  readonly settle: Settle;
}

export class Restores {
  readonly #options: RestoresOptions;
  readonly #works = new BackgroundWorks();

  constructor(options: RestoresOptions) {
    this.#options = options;
  }

  /**
   * Answers with the table while it is being made, in the caller's region, whichever the backup is of. Refuses BackupNotFound,
   * BackupBeingMade, BackupInUse, TableExists, RestoreUnderWay, LimitExceeded, Validation as the overrides do and for a backup of
   * another region where they do not say which key the table is to have, and TableKeyRefused where the caller may not use the backup's key or
   * the new table's; then nothing is left behind. Throws IntegrityFault where the backup is not what was written.
   */
  async restore(caller: Caller, { backupArn, target, overrides }: RestoreRequest): Promise<TableInfo> {
    const { backups, restoring } = this.#options;
    this.#works.mayGoOn();
    const record = backups.findInAnyRegion(caller.account, backupArn);
    // A key is of one region (aws-behaviour §1.9).
    if (record.source.region !== caller.region && overrides.encryption === undefined) refuse(noEncryption);
    restoring.refuseTaken(caller, target);
    const plan = {
      target,
      overrides,
      mark: { ...markOf(record, record.createdAtMs), sourceBackupArn: record.arn },
    };
    return this.#answered(record, (answer) =>
      // The file is looked through first: what is wrong with it should be told to the caller.
      backups.read(record, (reader) =>
        this.#run(caller, record, { ...plan, open: async () => reader }, answer),
      ),
    );
  }

  /**
   * As `restore`, of a backup that nobody else knows, and which may not be whole yet; it is discarded in the end. `settle`
   * works on the items before anyone sees them.
   */
  restoreBorrowed(
    caller: Caller,
    { record, open, discard }: Borrowed,
    { target, overrides, atMs, settle }: BorrowedPlan,
  ): Promise<TableInfo> {
    const plan = { target, overrides, mark: markOf(record, atMs), settle };
    if (this.#isFull) return discard().then(() => Promise.reject(tooManyAtOnce('restores')));
    return this.#answered(record, async (answer) => {
      let opened: BackupReader | undefined;
      const openOnce = async () => {
        opened = await open();
        return opened;
      };
      try {
        await this.#run(caller, record, { ...plan, open: openOnce }, answer);
      } finally {
        await opened?.close();
        await discard();
      }
    });
  }

  /** Resolves with what `work` answers; once the caller has that, the log alone hears of what went wrong. */
  #answered(
    { id }: BackupRecord,
    work: (answer: (info: TableInfo) => void) => Promise<void>,
  ): Promise<TableInfo> {
    if (this.#isFull) return Promise.reject(tooManyAtOnce('restores'));
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const answer = (info: TableInfo) => {
        isAnswered = true;
        resolve(info);
      };
      const ended = work(answer).catch((fault: unknown) => {
        if (isAnswered) this.#options.log.warn({ backup: id, fault }, 'A restore has ended without a table.');
        else reject(fault);
      });
      void this.#works.add(ended);
    });
  }

  /** Resolves when nothing is being restored. */
  settled(): Promise<void> {
    return this.#works.settled();
  }

  /** What is being restored ends, and is gone. */
  stop(): Promise<void> {
    return this.#works.stop();
  }

  /** With the keys of the backup in a ring of their own: the table they are of may be there still. */
  async #run(
    caller: Caller,
    { id, source }: BackupRecord,
    plan: Plan,
    answer: (info: TableInfo) => void,
  ): Promise<void> {
    const { manifestKey, core, service, clock, log } = this.#options;
    const keys = new TableKeys({ core, service, clock, log, byCallersAlone: true });
    try {
      keys.hold(identityOf(source), source.keys);
      // The backup's key is asked for where it is.
      await keys.holdForService({ ...caller, region: source.region }, source.id);
      const planned = await this.#begin(caller, source, plan);
      answer(planned.info);
      await this.#orAbandon(planned, async () => {
        const reader = await plan.open();
        const manifest = openManifest(manifestKey, id, reader.manifest);
        await this.#finish({ manifest, reader, keys }, planned, plan.settle);
      });
    } finally {
      keys.close();
    }
  }

  #begin(caller: Caller, source: TableRecord, { target, overrides, mark }: Plan): Promise<PlannedTable> {
    const indexes = restoredIndexes(source, overrides);
    const definition = restoredDefinition(source, target, { overrides, indexes });
    const encryption = overrides.encryption ?? encryptionOf(source);
    return this.#options.restoring.begin(caller, { definition, encryption, source, indexes, mark });
  }

  async #finish(source: Source, planned: PlannedTable, settle: Settle | undefined): Promise<void> {
    const { restoring, clock } = this.#options;
    const { manifest, reader, keys } = source;
    const { storeId, heads, record } = manifest;
    const engine = PageEngine.open({ store: reader.pages(heads), storeId, clock, cacheBytes });
    try {
      const open = async (tree: number) => ({
        engine,
        tree: await engine.openTree(tree, keys.cipher(record.id, tree)),
      });
      const mayGoOn = () => this.#works.mayGoOn();
      await restoring.plant(planned, open, mayGoOn);
      await settle?.(planned, open, mayGoOn);
      await restoring.finish(planned.identity);
    } finally {
      await engine.close();
    }
  }

  async #orAbandon({ identity }: PlannedTable, work: () => Promise<void>): Promise<void> {
    const { restoring, log } = this.#options;
    try {
      await work();
    } catch (fault) {
      await restoring.abandon(identity).catch((cause: unknown) => {
        log.error({ table: identity.id, fault: cause }, 'What is left of a restore goes at the next start.');
      });
      throw fault;
    }
  }

  get #isFull(): boolean {
    return this.#works.count >= atOnceMax;
  }
}

function markOf({ source }: BackupRecord, atMs: number): RestoreMark {
  return { atMs, sourceTableArn: tableArn(source, source.definition.name) };
}
