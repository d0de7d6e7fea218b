/** The lab: a whole store in a folder of its own, on a clock that a test moves, with a key service that fails on demand. */
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Database } from '../database.ts';
import type { NoticeEvent } from '../lifecycle/notice.ts';
import { type OpenOptions, openWith } from '../open.ts';
import type { ClientConfig } from '../server/client-config.ts';
import { copyAsItIs } from './crash-image.ts';
import { type Duration, durationMs } from './duration.ts';
import { FaultyKeyService } from './faulty-key-service.ts';
import { withKeyFaults } from './faulty-operations.ts';
import { type KeyFault, type KeyFaultKind, type KeyFaultOptions, KeyFaults } from './key-faults.ts';
import { lastingConfig } from './lasting-config.ts';
import { RegionLines } from './region-lines.ts';
import { assertSealed } from './sealed-folder.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Real time that work takes which fell due, as the making of a backup, where the machine is slow. */
const patienceMs = 10_000;

/** As for `open`; the clock, notices and events are the lab's. */
export interface LabOptions extends Omit<OpenOptions, 'clock' | 'notices' | 'audit' | 'create'> {
  /** What the clock says at first: the beginning of 2026 unless said otherwise. */
  readonly start?: Date;
  /** Of the faults that meet a share of calls. */
  readonly seed?: number;
}

/** An event of the audit, in the form of CloudTrail. */
export type AuditEvent = Readonly<Record<string, unknown>>;

/** How the key service fails. */
export interface LabKeyService {
  /** Throws a TypeError for a kind, a share or a length of time that is none. */
  fail(kind: KeyFaultKind, options?: KeyFaultOptions): KeyFault;
  /** Ends all faults. */
  mend(): void;
}

/** The lines between the regions of global tables. */
export interface LabLines {
  /** Neither region hears of the other; one alone is cut off from all. */
  cut(region: string, other?: string): void;
  /** Mends all lines. */
  mend(): void;
}

export class Lab {
  readonly keyService: LabKeyService;
  readonly lines: LabLines;
  /** Where the store lies. */
  readonly dir: string;
  readonly #folder: string;
  readonly #options: LabOptions;
  readonly #clock: VirtualClock;
  readonly #faults: KeyFaults;
  readonly #lines = new RegionLines();
  readonly #notices: NoticeEvent[] = [];
  readonly #events: AuditEvent[] = [];
  #database: Database | undefined;
  #isClosed = false;

  private constructor({ start, seed = 1, ...options }: LabOptions) {
    // A clock that says no time would never come to the end of an advance.
    if (start !== undefined && !(start instanceof Date && Number.isFinite(start.getTime())))
      throw new TypeError('the start of a lab is a Date of a time that there is');
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'cryptable-lab-'));
    this.dir = join(this.#folder, 'data');
    this.#clock = new VirtualClock(start?.getTime(), { patienceMs });
    this.#faults = new KeyFaults(this.#clock, seed);
    this.keyService = this.#faults;
    this.lines = this.#lines;
  }

  static async open(options: LabOptions): Promise<Lab> {
    const lab = new Lab(options);
    try {
      await lab.#open();
      return lab;
    } catch (fault) {
      await lab.close();
      throw fault;
    }
  }

  /** The store as `open` gives it. Throws after `close`. */
  get database(): Database {
    if (this.#database === undefined) throw new TypeError('the lab is closed');
    return this.#database;
  }

  /** For clients of the AWS SDK: any service and, with `region`, any region. They stay good over restarts. */
  clientConfig(options?: { readonly region?: string }): ClientConfig {
    let of: Database | undefined;
    let config: ClientConfig | undefined;
    return lastingConfig(() => {
      const { database } = this;
      if (config === undefined || of !== database) config = database.clientConfig(options);
      of = database;
      return config;
    });
  }

  get clock(): Clock {
    return this.#clock;
  }

  now(): Date {
    return new Date(this.#clock.nowMs());
  }

  /** What was sent to the owners of tables, oldest first. */
  get notices(): readonly NoticeEvent[] {
    return this.#notices;
  }

  /** What the audit has recorded, oldest first. */
  get events(): readonly AuditEvent[] {
    return this.#events;
  }

  /** Moves the clock on and does everything that falls due meanwhile, in its order. Throws a TypeError for no length of time. */
  async advance(by: Duration): Promise<void> {
    await this.#clock.advanceAndSettle(durationMs(by));
  }

  /** Sets the wall clock, as an operator or a time server does: forwards, or backwards by a number below 0. */
  setClock(byMs: number): void {
    this.#clock.jump(byMs);
  }

  /**
   * Closes the store and opens it again after `away`: what fell due meanwhile is done then. Throws as `open` does, and can be
   * called again after that.
   */
  async restart({ away = 0 }: { readonly away?: Duration } = {}): Promise<void> {
    await this.#shut();
    this.#clock.advance(durationMs(away));
    await this.#open();
  }

  /**
   * As `restart`, but the process dies, so to speak: the store goes on from its files as they are now, and nothing is said or
   * done in closing.
   */
  async crash({ away = 0 }: { readonly away?: Duration } = {}): Promise<void> {
    const image = join(this.#folder, 'image');
    copyAsItIs(this.dir, image);
    await this.#shut();
    rmSync(this.dir, { recursive: true });
    renameSync(image, this.dir);
    this.#clock.advance(durationMs(away));
    await this.#open();
  }

  /** Throws where one of these texts can be read in the store's files: see `assertSealed`. */
  assertSealed(canaries: readonly string[]): void {
    assertSealed(this.dir, canaries);
  }

  /** Closes the store and removes its files. A second call does nothing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#shut();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Nothing is open where the last opening failed, as while the key service is silent. */
  async #shut(): Promise<void> {
    const database = this.#database;
    this.#database = undefined;
    await database?.close();
  }

  async #open(): Promise<void> {
    if (this.#isClosed) throw new TypeError('the lab is closed');
    this.#database = await openWith(
      this.dir,
      {
        rootKey: { file: join(this.#folder, 'root.key') },
        keyWatchJitterMs: 0,
        // Without pauses, for which the clock would have to move on.
        reEncryptionPagesPerSecond: Number.MAX_SAFE_INTEGER,
        ...this.#options,
        clock: this.#clock,
        notices: { events: (event) => void this.#notices.push(event) },
        audit: { deliverTo: (line) => void this.#events.push(eventIn(line)) },
      },
      {
        keyService: (service) => new FaultyKeyService(service, this.#faults),
        services: (services) => withKeyFaults(services, this.#faults),
        between: this.#lines.between,
      },
    );
    // What fell due while the store was closed is done now.
    await this.#clock.advanceAndSettle(0);
  }
}

/** A new lab with an empty store. Throws as `open` does, and a TypeError for a `start` that is no time. */
export function createLab(options: LabOptions = {}): Promise<Lab> {
  return Lab.open(options);
}

function eventIn(line: string): AuditEvent {
  const { message } = JSON.parse(line) as { readonly message: string };
  return JSON.parse(message) as AuditEvent;
}
