/** The streams of all tables: enabled, ended, found, opened for a request, written to and trimmed. */
import type { Clock } from '../../base/clock.ts';
import { isRefusal, Refusal, refuse } from '../../base/errors.ts';
import type { ClientConnection } from '../../keys/client-connection.ts';
import { serviceItself, type TableIdentity } from '../../keys/table-identity.ts';
import type { TableKeys } from '../../keys/table-keys.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { PageEngine } from '../../pages/pages.ts';
import type { Catalog, KnownTable } from '../catalog.ts';
import { areSameKeys, identityOf, isWithdrawn, type TableRecord } from '../catalog-record.ts';
import type { DataKeyUpkeep } from '../data-key-upkeep.ts';
import type { DeletedTable } from '../deleted-table.ts';
import { planTree, planTreeIfAllowed } from '../planned-tree.ts';
import { stillInUse } from '../still-in-use.ts';
import { keySchemaOf } from '../table-info.ts';
import type { Namespace } from '../table-name.ts';
import { deletedOf, deletedStreamsOf, dropDeletedStreams } from './deleted-streams.ts';
import { OpenStream } from './open-stream.ts';
import { isStreamArn, streamNameOf } from './stream-arn.ts';
import { type StreamInfo, streamInfo } from './stream-info.ts';
import {
  enabledStream,
  isPast,
  isWaiting,
  newStream,
  type StreamState,
  type StreamViewType,
  treesOfStreams,
} from './stream-state.ts';
import { StreamWriter } from './stream-writer.ts';
import { trimStream } from './trim-stream.ts';

/** What a table's stream should be: this view of it, or none. */
export type StreamChoice = { readonly view: StreamViewType } | 'off';

/** A table, or what is left of a deleted one. */
type StreamHolder = TableRecord | DeletedTable;

export interface TableStreamsOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly dataKeys: Pick<DataKeyUpkeep, 'allowMore'>;
  readonly engine: PageEngine;
  readonly clock: Clock;
  /** Lets the writes of a table that is open be followed by its stream as it is now. */
  readonly refresh: (known: KnownTable) => Promise<void>;
}

export class TableStreams {
  readonly #catalog: Catalog;
  readonly #keys: TableKeys;
  readonly #dataKeys: TableStreamsOptions['dataKeys'];
  readonly #engine: PageEngine;
  readonly #clock: Clock;
  /** By tree: when a stream next has something to be done to it. */
  readonly #dueMs = new Map<number, number>();
  readonly #refresh: TableStreamsOptions['refresh'];
  #isStopped = false;
  /** By table: trees that are being made for streams without one. */
  readonly #planting = new Map<string, Promise<void>>();

  constructor({ catalog, keys, dataKeys, engine, clock, refresh }: TableStreamsOptions) {
    this.#catalog = catalog;
    this.#keys = keys;
    this.#dataKeys = dataKeys;
    this.#engine = engine;
    this.#clock = clock;
    this.#refresh = refresh;
  }

  /** The first stream of a table about to be made, its tree among the table's. */
  first(table: TableIdentity, view: StreamViewType): StreamState {
    const before = deletedStreamsOf(this.#catalog, table);
    return newStream(before, { view, tree: this.#catalog.takeTree(), nowMs: this.#clock.nowMs() });
  }

  /**
   * Enables or ends a stream. Where the table's key is not there, the stream begins with the next use of the table, before
   * any write. Refuses Validation where there is one already, or none, TableNotFound, and TableInUse during another
   * change of the table's keys.
   */
  async change(caller: Caller, known: KnownTable, choice: StreamChoice): Promise<void> {
    if (choice === 'off') await this.#end(known.record);
    else await this.#begin(caller, known.record, choice.view);
    await this.#refresh(known);
  }

  async #begin(caller: Caller, known: TableRecord, view: StreamViewType): Promise<void> {
    refuseEnabled(known);
    const planted = await planTreeIfAllowed({ catalog: this.#catalog, keys: this.#keys }, caller, known);
    await this.#catalog.update(known, (record, tx) => {
      refuseEnabled(record);
      const { streams = [] } = record;
      const before = [...deletedStreamsOf(this.#catalog, identityOf(record)), ...streams];
      const nowMs = this.#clock.nowMs();
      if (planted === undefined)
        return { ...record, streams: [...streams, newStream(before, { view, nowMs })] };
      const { tree, keys } = planted;
      if (!areSameKeys(record.keys, known.keys)) throw changedMeanwhile(record);
      tx.createTree(tree, this.#keys.cipher(record.id, tree));
      return { ...record, keys, streams: [...streams, newStream(before, { view, tree, nowMs })] };
    });
  }

  /** True where a stream has no tree yet: `plant` must come before the table is used. */
  isWaiting({ streams }: TableRecord): boolean {
    return isWaiting(streams);
  }

  /** Makes the tree that a stream waits for; the table's key is there by now. Refuses TableNotFound and TableKeyRefused. */
  plant(known: KnownTable): Promise<void> {
    const { id } = known.record;
    const planting = this.#planting.get(id) ?? this.#plant(known).finally(() => this.#planting.delete(id));
    this.#planting.set(id, planting);
    return planting;
  }

  async #plant(known: KnownTable): Promise<void> {
    const before = known.record;
    const parts = { catalog: this.#catalog, keys: this.#keys };
    const { tree, keys } = await planTree(parts, serviceItself(identityOf(before)), before);
    await this.#catalog.update(before, (record, tx) => {
      if (!isWaiting(record.streams)) return record;
      if (!areSameKeys(record.keys, before.keys)) throw changedMeanwhile(record);
      tx.createTree(tree, this.#keys.cipher(record.id, tree));
      const streams = (record.streams ?? []).map((stream) =>
        isWaiting([stream]) ? { ...stream, tree } : stream,
      );
      return { ...record, keys, streams };
    });
    await this.#refresh(known);
  }

  /** The follower that writes into the table's stream; none where it has none that is enabled. */
  async writers(record: TableRecord): Promise<readonly StreamWriter[]> {
    const stream = enabledStream(record.streams);
    if (stream?.tree === undefined) return [];
    const { tree: number, view, createdAtMs } = stream;
    const tree = await this.#engine.openTree(number, this.#keys.cipher(record.id, number));
    const keySchema = keySchemaOf(record.definition);
    return [new StreamWriter({ tree, clock: this.#clock, view, keySchema, sinceMs: createdAtMs })];
  }

  /**
   * Those of one account and region, or of one table there, in the order of their ARNs; those of deleted tables among
   * them. Needs no key.
   */
  list({ account, region }: Namespace, table?: string): readonly StreamInfo[] {
    const holders = [...this.#catalog.all().map(({ record }) => record), ...this.#catalog.deleted()];
    return holders
      .filter((holder) => holder.account === account && holder.region === region)
      .filter((holder) => table === undefined || holder.definition.name === table)
      .flatMap((holder) => this.#present(holder).map((stream) => streamInfo(holder, stream)))
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  /** For one request of this caller. Refuses StreamNotFound, Validation for what is no stream's ARN, and TableKeyRefused. */
  async open(caller: Caller, connection: ClientConnection, arn: string): Promise<OpenStream> {
    const { id } = this.#find(caller, arn).holder;
    await this.#keys.authorize(caller, connection, id);
    const known = this.#catalog.findById(id);
    if (known !== undefined && isWaiting(known.record.streams)) await this.plant(known);
    const { holder, stream } = this.#find(caller, arn);
    // One that ended before the key came back never had a record.
    const tree =
      stream.tree === undefined
        ? undefined
        : await this.#engine.openTree(stream.tree, this.#keys.cipher(id, stream.tree));
    return new OpenStream({ info: streamInfo(holder, stream), tree, clock: this.#clock });
  }

  /** Trimming that is under way ends with the commit it is at. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Takes away what is older than a day, where something is due, and streams that ended a day ago. */
  async trim(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    for (const { record } of this.#catalog.all()) {
      if (this.#isStopped) return;
      const { streams = [] } = record;
      if (streams.some((stream) => isPast(stream, nowMs))) await this.#dropPast(record, nowMs);
      for (const stream of this.#present(record)) {
        const { tree } = stream;
        if (tree === undefined || (this.#dueMs.get(tree) ?? 0) > nowMs) continue;
        await this.#trim(record, { ...stream, tree }, nowMs);
      }
    }
    await dropDeletedStreams(this.#catalog, nowMs, () => this.#isStopped);
  }

  #present(holder: StreamHolder): readonly StreamState[] {
    if ('status' in holder && isWithdrawn(holder)) return [];
    const { streams = [] } = holder;
    const nowMs = this.#clock.nowMs();
    return streams.filter((stream) => !isPast(stream, nowMs));
  }

  #find(caller: Caller, arn: string): { readonly holder: StreamHolder; readonly stream: StreamState } {
    if (!isStreamArn(arn)) refuse('Invalid StreamArn');
    const name = streamNameOf(caller, arn);
    const { account, region } = caller;
    const known = name && this.#catalog.find(account, region, name.table);
    const deleted = name === undefined ? [] : deletedOf(this.#catalog, { account, region, name: name.table });
    for (const holder of [...(known === undefined ? [] : [known.record]), ...deleted]) {
      const stream = this.#present(holder).find(({ label }) => label === name?.label);
      if (stream !== undefined) return { holder, stream };
    }
    throw new Refusal('StreamNotFound', { streamArn: arn });
  }

  /** Needs no key: what the shards say is read with the end of their stream in mind. */
  async #end(known: TableRecord): Promise<void> {
    await this.#catalog.update(known, (record) => {
      const enabled = enabledStream(record.streams);
      if (enabled === undefined) {
        refuse(`Table has no stream to disable: TableName: ${record.definition.name}`);
      }
      const ended = { ...enabled, disabledAtMs: this.#clock.nowMs() };
      const streams = (record.streams ?? []).map((stream) => (stream === enabled ? ended : stream));
      return { ...record, streams };
    });
  }

  /** With their trees and keys, for which no key is needed. */
  async #dropPast(known: TableRecord, nowMs: number): Promise<void> {
    await this.#catalog.update(known, async (record, tx) => {
      const { streams: all = [], ...rest } = record;
      const past = all.filter((stream) => isPast(stream, nowMs));
      if (past.length === 0) return record;
      const gone = new Set(treesOfStreams(past));
      for (const tree of gone) await tx.dropTree(tree);
      const dataKeys = record.keys.dataKeys.filter(({ tree }) => !gone.has(tree));
      const streams = all.filter((stream) => !past.includes(stream));
      const keys = { ...record.keys, dataKeys };
      return streams.length === 0 ? { ...rest, keys } : { ...rest, keys, streams };
    });
  }

  async #trim(
    record: TableRecord,
    stream: StreamState & { readonly tree: number },
    nowMs: number,
  ): Promise<void> {
    const { tree: number } = stream;
    try {
      const dueMs = await this.#keys.withService(identityOf(record), async () => {
        // Nobody may have opened the table since the start.
        await this.#dataKeys.allowMore(record.id);
        const tree = await this.#engine.openTree(number, this.#keys.cipher(record.id, number));
        const isStopped = () => this.#isStopped;
        return trimStream({ engine: this.#engine, tree, stream, nowMs, isStopped });
      });
      this.#dueMs.set(number, dueMs);
    } catch (fault) {
      // Without its key nobody reads it either; what is due then, is when the key is back.
      if (!isRefusal(fault, 'TableKeyRefused') && !isRefusal(fault, 'TableNotFound')) throw fault;
    }
  }
}

function refuseEnabled({ definition, streams }: TableRecord): void {
  if (enabledStream(streams) === undefined) return;
  refuse(`Table already has an enabled stream: TableName: ${definition.name}`);
}

function changedMeanwhile({ definition }: TableRecord): Refusal {
  return stillInUse(`Table is being updated: ${definition.name}`);
}
