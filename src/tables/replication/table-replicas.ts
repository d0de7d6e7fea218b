/** The replicas of this store: begun, made, ended, and read and written by those who keep the replicas of a group alike. */
import type { Clock } from '../../base/clock.ts';
import { IntegrityFault, Refusal } from '../../base/errors.ts';
import type { ClientConnection } from '../../keys/client-connection.ts';
import { serviceItself, type TableIdentity } from '../../keys/table-identity.ts';
import type { TableKeys } from '../../keys/table-keys.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { PageEngine } from '../../pages/pages.ts';
import type { Tree } from '../../pages/tree.ts';
import type { Catalog, KnownTable } from '../catalog.ts';
import { identityOf, type TableRecord } from '../catalog-record.ts';
import type { DataKeyUpkeep } from '../data-key-upkeep.ts';
import { remainsOf } from '../deleted-table.ts';
import type { PageTable } from '../page-table.ts';
import type { TableStreams } from '../stream/table-streams.ts';
import type { FollowerKeeper } from '../table-followers.ts';
import type { Namespace } from '../table-name.ts';
import type { TableInfo } from '../table-record.ts';
import { applyPage, checkPage } from './apply-page.ts';
import { readPage } from './change-pages.ts';
import { HybridClock } from './hybrid-clock.ts';
import { type LocalChangeListener, LocalChanges } from './local-changes.ts';
import { ReadMarks } from './read-marks.ts';
import type { ChangePage, Position, ReadRequest } from './replica-change.ts';
import type { ReplicaLog } from './replica-log.ts';
import { makeReplica, type ReplicaPlan } from './replica-making.ts';
import { decodePosition, positionKey } from './replica-tree.ts';
import { ReplicaTrees } from './replica-trees.ts';
import type { ReplicationState } from './replication-state.ts';
import { trimLog } from './trim-log.ts';

export interface TableReplicasOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly dataKeys: Pick<DataKeyUpkeep, 'allowMore'>;
  readonly engine: PageEngine;
  readonly clock: Clock;
  readonly streams: Pick<TableStreams, 'first'>;
  /** The table over its trees; its key is there. */
  readonly open: (known: KnownTable) => PageTable | Promise<PageTable>;
  /** Lets the writes of a table that is open be followed by what there is now. */
  readonly refresh: (known: KnownTable) => Promise<void>;
}

export interface ReplicaTable {
  readonly record: TableRecord;
  readonly identity: TableIdentity;
  readonly replication: ReplicationState;
}

/** What is asked for by a table's id refuses TableNotFound for what is no replica, or not any more. */
export class TableReplicas {
  readonly #options: TableReplicasOptions;
  readonly #stamps: HybridClock;
  readonly #changes = new LocalChanges();
  readonly #marks = new ReadMarks();
  readonly #trees: ReplicaTrees;
  /** What reads and writes again and again asks the key service as often as a client that stays. */
  readonly #connection: ClientConnection = { id: 0, closed: new AbortController().signal };

  constructor(options: TableReplicasOptions) {
    this.#options = options;
    this.#stamps = new HybridClock(options.clock);
    this.#trees = new ReplicaTrees({ ...options, stamps: this.#stamps, changes: this.#changes });
  }

  /** Sees to it that every write to a replica is recorded. */
  get keeper(): FollowerKeeper {
    return this.#trees;
  }

  /** For the entries of members as for writes. */
  get stamps(): Pick<HybridClock, 'next' | 'witness' | 'refuseAhead'> {
    return this.#stamps;
  }

  /** Without those that are archived. Needs no key, as all that only finds. */
  all(): readonly ReplicaTable[] {
    return this.#options.catalog.all().flatMap((known) => replicaOf(known) ?? []);
  }

  find({ account, region, name }: Namespace & { readonly name: string }): ReplicaTable | undefined {
    return replicaOf(this.#options.catalog.find(account, region, name));
  }

  findById(id: string): ReplicaTable | undefined {
    return replicaOf(this.#options.catalog.findById(id));
  }

  findInGroup({
    account,
    region,
    groupId,
  }: Namespace & { readonly groupId: string }): ReplicaTable | undefined {
    return this.all().find(
      ({ record, replication }) =>
        record.account === account && record.region === region && replication.groupId === groupId,
    );
  }

  /** Makes a table the first replica of a group. Refuses as ReplicaTrees.begin does. */
  async begin(id: string, group: Pick<ReplicationState, 'groupId' | 'members'>): Promise<void> {
    const known = this.#options.catalog.findById(id);
    if (known === undefined) throw new Refusal('TableNotFound', {});
    await this.#trees.begin(known, group);
  }

  /** A further replica, in the caller's region, which is to be filled. Refuses as makeReplica does. */
  create(caller: Caller, plan: ReplicaPlan): Promise<TableInfo> {
    return makeReplica(this.#options, caller, plan);
  }

  /**
   * In one commit, for which no key is needed. Undefined ends replication: the table stays as it is, a table of its own.
   * The tree is not for `change` to choose.
   */
  async change(id: string, change: (state: ReplicationState) => ReplicationState | undefined): Promise<void> {
    await this.#trees.change(this.#require(id).known, change);
  }

  /**
   * Takes a replica away with its data, in whatever state it is; needs no key. Streams can be read for another day, as those
   * of every table. That nobody else is at it, and that it is not protected, has been seen to.
   */
  async remove(id: string): Promise<void> {
    const { catalog, clock } = this.#options;
    const { known } = this.#require(id);
    known.isDropping = true;
    try {
      await catalog.remove(known.record, (record) => remainsOf(record, clock.nowMs()));
    } finally {
      known.isDropping = catalog.findById(id) === undefined;
    }
    this.#changes.note(id);
  }

  /** Tells those who listen of a change of the table itself; of one that is no replica, nobody. */
  note({ id, replication }: Pick<TableRecord, 'id' | 'replication'>): void {
    if (replication !== undefined) this.#changes.note(id);
  }

  /** Refuses TableKeyRefused, and TableInUse for a copy of what is not whole itself. */
  async read(id: string, request: ReadRequest): Promise<ChangePage> {
    const { known, log } = await this.#use(id);
    const items = await this.#items(known);
    const judged = this.#marks.judged(id, request);
    const body = await this.#options.engine.transact((tx) => readPage(tx, { log, items, known }, judged));
    return { ...body, high: this.#stamps.high(known.record.region) };
  }

  /**
   * Takes over what is newer in a page that was read from another replica, and its position, in one commit; how many
   * changes were newer. `from` names that replica: another one than was in that region before has another name. Refuses
   * TableKeyRefused, and as checkPage does; nothing is taken over then.
   */
  async apply(id: string, from: string, page: ChangePage): Promise<number> {
    const { known, log } = await this.#use(id);
    const { engine, open } = this.#options;
    const table = await open(known);
    const changes = checkPage(page, table.keySchema, this.#stamps);
    const target = { log, table, region: known.record.region };
    return engine.transact((tx) => applyPage(tx, target, { from, changes, position: page.position }));
  }

  /**
   * Up to where that replica was read. Where it never was, a table that is whole needs no copy of it, but only what is in
   * its log; one that is not begins a copy: undefined. Refuses TableKeyRefused.
   */
  async position(id: string, from: string): Promise<Position | undefined> {
    const { known, log } = await this.#use(id);
    const found = await log.tree.get(positionKey(from));
    if (found !== undefined) return decodePosition(found);
    return known.record.replication?.isCopying ? undefined : { kind: 'follow', sequence: 0 };
  }

  /** Every other replica has read up to here: shortens the log. Refuses TableKeyRefused. */
  async confirm(id: string, sequence: number): Promise<void> {
    const { log } = await this.#use(id);
    const { engine, dataKeys } = this.#options;
    await dataKeys.allowMore(id);
    for (let isMore = true; isMore; ) isMore = await engine.transact((tx) => trimLog(tx, log.tree, sequence));
  }

  /**
   * Told after writes to a replica that were made here, after a change of its encryption, and when it was deleted. Gives back
   * how to end it.
   */
  onLocalChange(listener: LocalChangeListener): () => void {
    return this.#changes.listen(listener);
  }

  /** For one use by the service itself, as for a request of a client: every write to the table is recorded by then. */
  async #use(id: string): Promise<{ readonly known: KnownTable; readonly log: ReplicaLog }> {
    const { known, identity } = this.#require(id);
    await this.#options.keys.authorize(serviceItself(identity), this.#connection, id);
    await this.#trees.ready(known);
    return { known, log: await this.#trees.log(known.record) };
  }

  async #items(known: KnownTable): Promise<Tree> {
    const { engine, keys } = this.#options;
    const { id, tree } = known.record;
    try {
      return await engine.openTree(tree, keys.cipher(id, tree));
    } catch (fault) {
      // The pages of a table that is being deleted are not missed.
      if (fault instanceof IntegrityFault && known.isDropping) throw new Refusal('TableNotFound', {});
      throw fault;
    }
  }

  #require(id: string): ReplicaTable & { readonly known: KnownTable } {
    const known = this.#options.catalog.findById(id);
    const found = replicaOf(known);
    if (known === undefined || found === undefined) throw new Refusal('TableNotFound', {});
    return { ...found, known };
  }
}

function replicaOf(known: KnownTable | undefined): ReplicaTable | undefined {
  if (known === undefined) return undefined;
  const { record } = known;
  const { replication, archival } = record;
  if (replication === undefined || archival !== undefined) return undefined;
  return { record, identity: identityOf(record), replication };
}
