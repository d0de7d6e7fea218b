/** Tables whose changes take as long to be seen as one asks: on AWS a table is not ACTIVE at once (aws-behaviour §5.10). */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { ClientConnection } from '../../keys/client-connection.ts';
import type { Caller } from '../../kms/key-service.ts';
import type { EncryptionChoice } from '../../tables/encryption-choice.ts';
import type { NewIndex } from '../../tables/index-building.ts';
import { beingUpdated, stillInUse } from '../../tables/still-in-use.ts';
import type { StreamChoice } from '../../tables/stream/table-streams.ts';
import type { OpenTable } from '../../tables/table.ts';
import { creatingInfo, withUnitsOf } from '../../tables/table-info.ts';
import { bareTableName } from '../../tables/table-name.ts';
import type { SettingsChange, TableDefinition, TableInfo } from '../../tables/table-record.ts';
import type { DynamoContext, TablesDoor } from './context.ts';
import { EncryptionPhases } from './encryption-phases.ts';

/** How long a new table is CREATING, a changed one UPDATING, and a deleted one DELETING; not at all unless said otherwise. */
export interface StatusDelays {
  readonly createMs?: number;
  readonly updateMs?: number;
  readonly deleteMs?: number;
  /** How long a table that was put under another key shows it, ACTIVE throughout. */
  readonly encryptionMs?: number;
}

type PassingStatus = 'CREATING' | 'UPDATING' | 'DELETING';

interface Passing {
  readonly status: PassingStatus;
  readonly untilMs: number;
  /** As its change answered. */
  readonly info: TableInfo;
  readonly account: string;
  readonly region: string;
  /** Its stream begins or ends, which AWS says to whoever would delete the table. */
  readonly isStream: boolean;
}

const words: Readonly<Record<PassingStatus, string>> = {
  CREATING: 'created',
  UPDATING: 'updated',
  DELETING: 'deleted',
};

export class DelayedTables implements TablesDoor {
  readonly annotations: TablesDoor['annotations'];
  readonly transact: TablesDoor['transact'];
  readonly transactOnce: TablesDoor['transactOnce'];
  readonly #tables: TablesDoor;
  readonly #clock: Clock;
  readonly #delays: StatusDelays;
  readonly #phases: EncryptionPhases;
  /** By region, account and name. */
  readonly #passing = new Map<string, Passing>();

  constructor(tables: TablesDoor, clock: Clock, delays: StatusDelays) {
    this.#tables = tables;
    this.#clock = clock;
    this.#delays = delays;
    this.#phases = new EncryptionPhases(clock);
    this.annotations = tables.annotations;
    this.transact = (work) => tables.transact(work);
    this.transactOnce = (use, work, again) => tables.transactOnce(use, work, again);
  }

  open(caller: Caller, connection: ClientConnection, name: string): OpenTable | Promise<OpenTable> {
    const passing = this.#passingOf(caller, name);
    if (passing !== undefined && passing.status !== 'UPDATING') throw new Refusal('TableNotFound', {});
    return this.#tables.open(caller, connection, name);
  }

  async create(caller: Caller, definition: TableDefinition): Promise<TableInfo> {
    const passing = this.#passingOf(caller, definition.name);
    if (passing?.status === 'DELETING') throw inTransition(passing);
    const info = await this.#tables.create(caller, definition);
    this.#begin(caller, 'CREATING', { info, delayMs: this.#delays.createMs });
    return info;
  }

  describe(caller: Caller, name: string): Promise<TableInfo> {
    return this.#shown(caller, name, () => this.#tables.describe(caller, name));
  }

  show(caller: Caller, name: string): Promise<TableInfo> {
    return this.#shown(caller, name, () => this.#tables.show(caller, name));
  }

  async #shown(caller: Caller, name: string, described: () => Promise<TableInfo>): Promise<TableInfo> {
    const passing = this.#passingOf(caller, name);
    if (passing?.status === 'DELETING') return passing.info;
    const info = this.#phases.shown(givenPlace(caller, name), await described());
    if (passing === undefined) return info;
    if (passing.status === 'CREATING') return creatingInfo(info);
    return { ...withUnitsOf(passing.info, info), status: passing.status };
  }

  async list(caller: Caller, startAfter: string | undefined, limit: number): Promise<readonly string[]> {
    const names = new Set(await this.#tables.list(caller, startAfter, limit));
    for (const { info, status, account, region } of this.#passing.values()) {
      const { name } = info.definition;
      const isHere = account === caller.account && region === caller.region;
      if (status !== 'DELETING' || !isHere || (startAfter !== undefined && name <= startAfter)) continue;
      if (this.#passingOf(caller, name) !== undefined) names.add(name);
    }
    return [...names].toSorted((a, b) => (a < b ? -1 : 1)).slice(0, limit);
  }

  async changeSettings(caller: Caller, name: string, change: SettingsChange): Promise<TableInfo> {
    // AWS changes protection at once.
    const { deletionProtection, ...slow } = change;
    const isSlow = deletionProtection === undefined || Object.keys(slow).length > 0;
    if (isSlow) this.#requireSteady(caller, name);
    else this.#requireMade(caller, name);
    const info = await this.#tables.changeSettings(caller, name, change);
    if (isSlow) this.#begin(caller, 'UPDATING', { info, delayMs: this.#delays.updateMs });
    return info;
  }

  async changeStream(caller: Caller, name: string, choice: StreamChoice): Promise<TableInfo> {
    this.#requireSteady(caller, name);
    const info = await this.#tables.changeStream(caller, name, choice);
    this.#begin(caller, 'UPDATING', { info, delayMs: this.#delays.updateMs, isStream: true });
    return info;
  }

  /** The states of indexes tell of themselves. */
  async createIndex(caller: Caller, name: string, index: NewIndex): Promise<TableInfo> {
    this.#requireSteady(caller, name);
    return this.#tables.createIndex(caller, name, index);
  }

  async deleteIndex(caller: Caller, name: string, index: string): Promise<TableInfo> {
    this.#requireSteady(caller, name);
    return this.#tables.deleteIndex(caller, name, index);
  }

  /** Its table stays ACTIVE, on AWS as well. */
  async changeEncryption(caller: Caller, name: string, choice: EncryptionChoice): Promise<TableInfo> {
    this.#requireSteady(caller, name);
    const place = givenPlace(caller, name);
    if (this.#phases.isUnderWay(place)) throw stillInUse('Server-Side Encryption is still being updated');
    const { sse } = await this.#tables.describe(caller, name);
    const info = await this.#tables.changeEncryption(caller, name, choice);
    this.#phases.begin(place, sse, this.#delays.encryptionMs ?? 0);
    return info;
  }

  async changeTimeToLive(
    asker: Pick<DynamoContext, 'caller' | 'connection'>,
    name: string,
    choice: Parameters<TablesDoor['changeTimeToLive']>[2],
  ): Promise<void> {
    this.#requireMade(asker.caller, name);
    return this.#tables.changeTimeToLive(asker, name, choice);
  }

  async delete(caller: Caller, name: string): Promise<TableInfo> {
    if (this.#passingOf(caller, name)?.isStream === true) {
      throw stillInUse('Cannot delete table while stream is being enabled/disabled.');
    }
    this.#requireSteady(caller, name);
    if (this.#phases.isUnderWay(givenPlace(caller, name))) {
      const { definition } = await this.#tables.show(caller, name);
      throw beingUpdated({ definition });
    }
    const info = await this.#tables.delete(caller, name);
    this.#begin(caller, 'DELETING', { info, delayMs: this.#delays.deleteMs });
    return info;
  }

  #begin(
    { account, region }: Caller,
    status: PassingStatus,
    {
      info,
      delayMs = 0,
      isStream = false,
    }: { readonly info: TableInfo; readonly delayMs: number | undefined; readonly isStream?: boolean },
  ): void {
    if (delayMs <= 0) return;
    const untilMs = this.#clock.monotonicMs() + delayMs;
    this.#passing.set(placeOf({ account, region }, info.definition.name), {
      status,
      untilMs,
      info,
      account,
      region,
      isStream,
    });
  }

  #passingOf(caller: Caller, given: string): Passing | undefined {
    if (this.#passing.size === 0) return undefined;
    const place = givenPlace(caller, given);
    const passing = this.#passing.get(place);
    if (passing === undefined || this.#clock.monotonicMs() < passing.untilMs) return passing;
    this.#passing.delete(place);
    return undefined;
  }

  /** Refuses TableInUse while an earlier change is on its way. */
  #requireSteady(caller: Caller, name: string): void {
    const passing = this.#passingOf(caller, name);
    if (passing !== undefined) throw inTransition(passing);
  }

  /** Refuses TableInUse while the table comes or goes, but not while it is UPDATING (aws-behaviour §1.6). */
  #requireMade(caller: Caller, name: string): void {
    if (this.#passingOf(caller, name)?.status !== 'UPDATING') this.#requireSteady(caller, name);
  }
}

function placeOf({ account, region }: Pick<Caller, 'account' | 'region'>, name: string): string {
  return `${region}/${account}/${name}`;
}

function givenPlace(caller: Caller, given: string): string {
  return placeOf(caller, bareTableName(caller, given) ?? given);
}

function inTransition({ status, info }: Passing): Refusal<'TableInUse'> {
  return stillInUse(`Table is being ${words[status]}: ${info.definition.name}`);
}
