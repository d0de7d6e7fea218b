/** The audit of one store: calls go into its trail and its figures, and are found again. */
import type { Clock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import type { KeyEvent } from '../kms/embedded/key-event.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import { type ApiCall, apiEvent, type KeyFinder } from './api-call.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { AuditEntry, KeyUseNote } from './entry.ts';
import { keyServiceEvent } from './key-service-event.ts';
import { type EventPage, type EventQuery, historyMs, lookUpEvents } from './query.ts';
import type { TrailKey } from './segment.ts';
import { SegmentFolder } from './segment-folder.ts';
import { isServiceItself, type ServiceCall, serviceEvent } from './service-call.ts';
import { sharedEvents } from './shared-event.ts';
import { Trail } from './trail.ts';
import {
  type NumberedEntry,
  newestFirst,
  oldestFirst,
  type ReaderParts,
  type ReadRange,
} from './trail-reader.ts';
import { countedCall, Usage } from './usage.ts';
import { type TrailReport, verifyTrail } from './verify-trail.ts';

export interface AuditOptions {
  readonly folder: string;
  readonly core: CryptoCore;
  /** The caller's to destroy, after this. */
  readonly key: SecretKey;
  readonly anchor: AnchorPlace;
  readonly finder: KeyFinder;
  readonly clock: Clock;
  readonly log?: Log;
  /** No call leaves a record, though older ones can be looked up. */
  readonly isOff?: boolean;
  readonly goOnUnrecorded?: boolean;
  /** Records are kept so long at least; 90 days unless said otherwise. */
  readonly retentionMs?: number;
  readonly segmentBytes?: number;
  /** Told of each record once it is durable. Must not throw. */
  readonly onDurable?: (entries: readonly NumberedEntry[]) => void;
}

export class Audit implements CallRecorder {
  /** Of the calls since this was opened, recorded or not. */
  readonly usage = new Usage();
  readonly #options: AuditOptions;
  readonly #trail: Trail;
  readonly #reader: ReaderParts;
  readonly #key: TrailKey;

  private constructor(options: AuditOptions, trail: Trail, folder: SegmentFolder) {
    const { core, key } = options;
    this.#options = options;
    this.#trail = trail;
    this.#key = { core, key };
    this.#reader = { folder, key: this.#key, written: () => trail.written };
  }

  static async open(options: AuditOptions): Promise<Audit> {
    const { core, key, anchor, clock, log = silentLog, retentionMs = historyMs } = options;
    const folder = new SegmentFolder(options.folder);
    const { segmentBytes, goOnUnrecorded, onDurable } = options;
    const trail = await Trail.open({
      ...{ folder, key: { core, key }, anchor, clock, log, retentionMs },
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      ...(goOnUnrecorded === undefined ? {} : { goOnUnrecorded }),
      ...(onDurable === undefined ? {} : { onDurable }),
    });
    return new Audit(options, trail, folder);
  }

  ready(): Promise<void> | undefined {
    return this.#options.isOff === true ? undefined : this.#trail.ready();
  }

  serviceCall(call: ServiceCall): Promise<void> | undefined {
    const atMs = this.#trail.nowMs();
    const { connection } = call.caller;
    const table = call.context?.get('aws:dynamodb:tableName');
    const use: KeyUseNote = {
      ...(connection === undefined ? {} : { connection }),
      ...(table === undefined ? {} : { table }),
    };
    const entries = entriesOf({ atMs, event: serviceEvent(call, atMs), use });
    this.#count(entries[0]);
    if (this.#options.isOff === true) return undefined;
    if (!isServiceItself(call.caller)) return this.#record(entries);
    for (const entry of entries) this.#trail.note(entry);
    return undefined;
  }

  /** Resolves once the call's record is durable. */
  apiCall(call: ApiCall): Promise<void> | undefined {
    const { finder, isOff } = this.#options;
    const atMs = this.#trail.nowMs();
    const { connection } = call.caller;
    const event = apiEvent(call, finder, atMs);
    const entries = entriesOf(
      connection === undefined ? { atMs, event } : { atMs, event, use: { connection } },
    );
    if (call.api === 'kms') this.#count(entries[0]);
    return isOff === true ? undefined : this.#record(entries);
  }

  /** Of what no caller asked for: nobody waits for its record. */
  keyEvent(event: KeyEvent): void {
    if (this.#options.isOff === true) return;
    const atMs = this.#trail.nowMs();
    this.#trail.note({ atMs, event: keyServiceEvent(event, atMs) });
  }

  async lookUp(query: EventQuery): Promise<EventPage> {
    await this.#trail.settled();
    const nowMs = () => this.#trail.nowMs();
    return lookUpEvents({ ...this.#reader, tokens: this.#key, nowMs }, query);
  }

  /** All records of the trail, newest first. */
  async *entries(range: ReadRange = {}): AsyncGenerator<NumberedEntry> {
    await this.#trail.settled();
    yield* newestFirst(this.#reader, range);
  }

  /** What was counted from `fromMs` on and before `toMs`, as the trail has it. */
  async usageOf({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): Promise<Usage> {
    await this.#trail.settled();
    const usage = new Usage();
    for await (const entry of oldestFirst(this.#reader, fromMs)) {
      if (entry.atMs >= toMs) break;
      const call = countedCall(entry);
      if (call !== undefined) usage.count(call);
    }
    return usage;
  }

  /** Rejects with outages only. */
  async verify(progress?: (done: number, total: number) => void): Promise<TrailReport> {
    await this.#trail.settled();
    return verifyTrail({ ...this.#reader, anchor: this.#options.anchor }, progress);
  }

  /** Writes what is pending, and the anchor. */
  close(): Promise<void> {
    return this.#trail.close();
  }

  /** Resolves once all are durable. */
  #record([entry, ...copies]: SharedEntries): Promise<void> {
    if (copies.length === 0) return this.#trail.record(entry);
    return Promise.all([entry, ...copies].map((each) => this.#trail.record(each))).then(() => {});
  }

  #count(entry: AuditEntry): void {
    const call = countedCall(entry);
    if (call !== undefined) this.usage.count(call);
  }
}

type SharedEntries = readonly [AuditEntry, ...AuditEntry[]];

/** The caller's record, and those of other accounts. */
function entriesOf({ event, ...entry }: AuditEntry): SharedEntries {
  const [own, ...copies] = sharedEvents(event);
  return [
    { ...entry, event: own },
    ...copies.map((copy) => ({ atMs: entry.atMs, event: copy, isCopy: true }) as const),
  ];
}
