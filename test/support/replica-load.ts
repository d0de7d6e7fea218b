/** Three replicas in stores of their own that are written to, read from one another and killed, in any order. */
import { isRefusal, Outage, Refusal } from '../../src/base/errors.ts';
import type { ChangePage } from '../../src/tables/replication/replica-change.ts';
import { compareStamps, type Stamp } from '../../src/tables/replication/stamp.ts';
import { generator } from '../pages/support.ts';
import { item, N, S } from '../tables/support.ts';
import { key } from './book-tables.ts';
import { KilledStore } from './killed-store.ts';
import { definitionOf, newConnection, openTables, type TablesForTest } from './open-tables.ts';
import {
  callerIn,
  contentIn,
  deleteIn,
  fill,
  groupId,
  idIn,
  joinGroup,
  memberIn,
  openIn,
  pullAll,
  pullOnce,
  putIn,
  type Side,
  sourceOf,
  versionsIn,
} from './replica-tables.ts';
import { answeringLater } from './wrapped-stores.ts';

const regions = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const itemIds = Array.from({ length: 9 }, (_, number) => `item ${number}`);
const minuteMs = 60_000;

/** What a replica holds of one item, as text, under its stamp. */
interface Seen {
  readonly stamp: Stamp;
  readonly text: string;
}

interface Site {
  readonly region: string;
  opened: TablesForTest;
  store: KilledStore | undefined;
  isFilled: boolean;
  seen: ReadonlyMap<string, Seen>;
}

export interface ReplicaLoadResult {
  readonly contents: readonly (readonly string[])[];
  readonly versions: readonly (readonly string[])[];
  /** Of every item, what had the greatest stamp that any replica ever showed. */
  readonly winners: readonly string[];
  readonly kills: number;
  readonly pagesAgain: number;
  readonly faults: readonly string[];
}

export class ReplicaLoad {
  readonly #random: () => number;
  readonly #sites: Site[] = [];
  readonly #best = new Map<string, Seen>();
  readonly #pages: { readonly into: number; readonly from: string; readonly page: ChangePage }[] = [];
  readonly #faults: string[] = [];
  #value = 0;
  #kills = 0;
  #pagesAgain = 0;

  constructor(seed: number) {
    this.#random = generator(seed);
  }

  /** Everything at once, for so many turns; then all read from all until nobody has anything new. */
  async run(turns: number): Promise<ReplicaLoadResult> {
    for (const region of regions) this.#sites.push(await this.#site(region));
    await this.#begin();
    for (let turn = 0; turn < turns; turn++) await this.#turn();
    await this.#converge();
    const sides = this.#sites.map((site) => sideOf(site));
    const result = {
      contents: await Promise.all(sides.map((side) => contentIn(side))),
      versions: await Promise.all(sides.map((side) => versionsIn(side))),
      winners: [...this.#best.values()].map(({ text }) => text).sort(),
      kills: this.#kills,
      pagesAgain: this.#pagesAgain,
      faults: this.#faults,
    };
    for (const { opened } of this.#sites) await opened.close();
    return result;
  }

  async #site(region: string): Promise<Site> {
    let store: KilledStore | undefined;
    // As a store over a network, and with no page kept.
    const isSlow = this.#random() < 0.3;
    const wrapStore = (memory: ConstructorParameters<typeof KilledStore>[0]) => {
      store = new KilledStore(memory, this.#random);
      if (site !== undefined) site.store = store;
      return isSlow ? answeringLater(store) : store;
    };
    let site: Site | undefined;
    const opened = await openTables({ wrapStore, ...(isSlow && { cacheBytes: 0 }) });
    site = { region, opened, store, isFilled: false, seen: new Map() };
    // No two clocks are the same, but no further apart than they may be.
    opened.clock.jump(Math.floor(this.#random() * 40 - 20) * minuteMs);
    return site;
  }

  /** The first region has items from before there was a group. */
  async #begin(): Promise<void> {
    const [first] = this.#sites;
    if (first === undefined) return;
    const { tables } = first.opened;
    const caller = callerIn(first.region);
    await tables.create(caller, definitionOf('T'));
    const ttl = { attribute: 'until', isEnabled: true };
    await tables.changeTimeToLive({ caller, connection: newConnection() }, 'T', ttl);
    for (const id of itemIds.slice(0, 4)) await putIn(tables, first.region, this.#item(id));
    const { id } = tables.dataKeys.find({ account: caller.account, region: first.region, name: 'T' });
    await tables.replicas.begin(id, { groupId, members: [memberIn(first.region)] });
    first.isFilled = true;
    await this.#look();
  }

  /** A few things side by side, and perhaps a kill among them. */
  async #turn(): Promise<void> {
    const acknowledged: (readonly [site: Site, id: string])[] = [];
    const works = Array.from({ length: 1 + this.#below(4) }, () => this.#work(acknowledged));
    this.#some(this.#sites).opened.clock.jump(this.#below(3));
    const dying = this.#random() < 0.25 ? this.#sites[this.#below(regions.length)] : undefined;
    if (dying !== undefined) {
      for (let turns = this.#below(12); turns > 0; turns--) await turn();
      await dying.store?.kill();
      this.#kills++;
    }
    for (const outcome of await Promise.allSettled(works)) this.#judge(outcome, dying !== undefined);
    if (dying !== undefined) dying.opened = await dying.opened.restart({ crash: true });
    const before = new Map(this.#sites.map((site) => [site, site.seen]));
    await this.#look();
    for (const [site, id] of acknowledged) {
      const [old, next] = [before.get(site)?.get(id), site.seen.get(id)];
      if (next === undefined || (old !== undefined && compareStamps(next.stamp, old.stamp) <= 0)) {
        this.#faults.push(`${site.region} lost a write to ${id} that it had acknowledged`);
      }
    }
  }

  #judge(outcome: PromiseSettledResult<void>, mayFail: boolean): void {
    if (outcome.status === 'fulfilled') return;
    const fault: unknown = outcome.reason;
    if (mayFail && (fault instanceof Outage || fault instanceof Refusal)) return;
    this.#faults.push(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  }

  async #work(acknowledged: (readonly [site: Site, id: string])[]): Promise<void> {
    const site = this.#some(this.#sites);
    const kind = this.#random();
    if (!site.isFilled) await this.#joinOrCopy(site);
    else if (kind < 0.45) await this.#write(site, acknowledged);
    else if (kind < 0.5) {
      site.opened.clock.jump(this.#below(3 * minuteMs) - minuteMs);
      await site.opened.tables.expiry.sweep();
    } else if (kind < 0.6) await this.#applyAgain();
    else await this.#pull(site, this.#some(this.#sites));
  }

  async #joinOrCopy(site: Site): Promise<void> {
    const [first] = this.#sites;
    const { tables } = site.opened;
    if (first === undefined || this.#random() < 0.5) return;
    if (tables.replicas.all().length === 0) {
      const timeToLive = { attribute: 'until', isEnabled: true, changedAtMs: 0 };
      // Two of one turn may both come to it.
      await joinGroup(tables, site.region, { timeToLive }).catch((fault: unknown) => {
        if (!isRefusal(fault, 'TableInUse')) throw fault;
      });
    } else if (await pullOnce(sideOf(site), sideOf(first), 1 + this.#below(3))) {
      // From here on it is whole, whoever is killed.
      await fill(sideOf(site), sideOf(first));
      site.isFilled = true;
    }
  }

  async #write(site: Site, acknowledged: (readonly [site: Site, id: string])[]): Promise<void> {
    const { tables } = site.opened;
    const [one, other] = [this.#some(itemIds), this.#some(itemIds)];
    const kind = this.#random();
    if (kind < 0.3) {
      await deleteIn(tables, site.region, one);
      return;
    }
    if (kind < 0.8 || one === other) {
      await putIn(tables, site.region, this.#item(one));
      acknowledged.push([site, one]);
      return;
    }
    const table = await openIn(tables, site.region);
    const items = [one, other].map((id) => [id, this.#item(id)] as const);
    await tables.transact(async (tx) => {
      for (const [id, next] of items) await table.writeIn(tx, key(id), () => ({ next, result: undefined }));
    });
    acknowledged.push([site, one], [site, other]);
  }

  async #pull(into: Site, from: Site): Promise<void> {
    if (into === from || from.opened.tables.replicas.all().length === 0 || !from.isFilled) return;
    const replicas = into.opened.tables.replicas;
    const id = idIn(into.opened.tables, into.region);
    const source = sourceOf(sideOf(from));
    const position = await replicas.position(id, source);
    const limits = { changesMax: 1 + this.#below(6) };
    const request = { position, puller: sourceOf(sideOf(into)), limits };
    const page = await from.opened.tables.replicas.read(idIn(from.opened.tables, from.region), request);
    this.#pages.push({ into: this.#sites.indexOf(into), from: source, page });
    await replicas.apply(id, source, page);
    if (this.#random() < 0.05) await replicas.confirm(id, 0);
  }

  /** A page that was applied before, or was about to be when somebody was killed. */
  async #applyAgain(): Promise<void> {
    if (this.#pages.length === 0) return;
    const { into, from, page } = this.#some(this.#pages);
    const site = this.#sites[into];
    if (site === undefined || !site.isFilled) return;
    this.#pagesAgain++;
    await site.opened.tables.replicas.apply(idIn(site.opened.tables, site.region), from, page);
  }

  async #converge(): Promise<void> {
    const [first, ...others] = this.#sites;
    if (first === undefined) return;
    for (const site of others) {
      if (site.isFilled) continue;
      if (site.opened.tables.replicas.all().length === 0) await joinGroup(site.opened.tables, site.region);
      await fill(sideOf(site), sideOf(first));
    }
    for (const from of this.#sites) {
      for (const into of this.#sites) if (into !== from) await pullAll(sideOf(into), sideOf(from), 4);
    }
    for (const into of this.#sites) {
      for (const from of this.#sites) if (into !== from) await pullAll(sideOf(into), sideOf(from));
    }
    await this.#look();
  }

  /** Notes what every replica holds; no item's stamp may ever go back. */
  async #look(): Promise<void> {
    for (const site of this.#sites) {
      if (site.opened.tables.replicas.all().length === 0 || !site.isFilled) continue;
      const seen = new Map<string, Seen>();
      for (const text of await versionsIn(sideOf(site))) {
        const [hex, stamp] = JSON.parse(text) as [string, Stamp | null];
        if (stamp === null) continue;
        const id = Buffer.from(hex, 'hex').subarray(6).toString();
        seen.set(id, { stamp, text });
        const best = this.#best.get(id);
        if (best === undefined || compareStamps(stamp, best.stamp) > 0) this.#best.set(id, { stamp, text });
        else if (compareStamps(stamp, best.stamp) === 0 && best.text !== text) {
          this.#faults.push(`two items under one stamp: ${best.text} and ${text}`);
        }
      }
      for (const [id, { stamp }] of site.seen) {
        const next = seen.get(id);
        if (next === undefined || compareStamps(next.stamp, stamp) < 0) {
          this.#faults.push(`${site.region} went back on ${id}`);
        }
      }
      site.seen = seen;
    }
  }

  #item(id: string) {
    const value = ++this.#value;
    const until = 1_767_225_600 + this.#below(4000) - 2000;
    return item({ id: S(id), value: N(value), ...(this.#random() < 0.3 && { until: N(until) }) });
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #some<T>(all: readonly T[]): T {
    return all[this.#below(all.length)] as T;
  }
}

function sideOf({ opened, region }: Site): Side {
  return { tables: opened.tables, region };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
