/** A table with a replica in every region of a simulation, and what must hold of it whatever becomes of keys, lines and processes. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';

/** A region, its clients and its key. */
export interface SharedSite {
  readonly region: string;
  readonly dynamodb: DynamoDBClient;
  readonly keyId: string;
  isEnabled: boolean;
  sinceMs: number;
  isArchived: boolean;
}

const removeMs = 20 * 3_600_000;
/** So soon after the last trouble all have all. */
const convergeMs = 30_000;
/** Until a key that is gone, or back, is noticed at the latest. */
const noticeMs = 15 * 60_000 + 120_000;

export class SharedLedger {
  readonly #lab: Lab;
  readonly #sites: readonly SharedSite[];
  /** What was acknowledged last of each item, or may have been done without a word. */
  readonly #model = new Map<
    string,
    { text: string | undefined; readonly perhaps: Set<string | undefined> }
  >();
  /** Regions that are of the group no more. */
  readonly #left = new Set<string>();
  /** The longest time that a key was away in one go. */
  readonly #awayMs = new Map<string, number>();
  readonly #disabledAtMs = new Map<string, number>();
  #troubleMs: number;

  private constructor(lab: Lab, sites: readonly SharedSite[]) {
    this.#lab = lab;
    this.#sites = sites;
    this.#troubleMs = lab.clock.nowMs();
  }

  static async open(lab: Lab, sites: readonly SharedSite[]): Promise<SharedLedger> {
    const [first, ...others] = sites;
    if (first === undefined) throw new TypeError('a ledger has a first region');
    await first.dynamodb.send(
      new CreateTableCommand({
        TableName: 'Shared',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: first.keyId },
      }),
    );
    for (const { region, keyId } of others) {
      const Create = { RegionName: region, KMSMasterKeyId: keyId };
      const ReplicaUpdates = [{ Create }];
      await first.dynamodb.send(new UpdateTableCommand({ TableName: 'Shared', ReplicaUpdates }));
      await lab.advance('5s');
    }
    return new SharedLedger(lab, sites);
  }

  /** What has just happened may keep replicas apart for a while. */
  troubled(): void {
    this.#troubleMs = this.#lab.clock.nowMs();
  }

  keyChanged({ region, isEnabled }: SharedSite): void {
    this.troubled();
    const nowMs = this.#lab.clock.nowMs();
    if (!isEnabled) this.#disabledAtMs.set(region, this.#disabledAtMs.get(region) ?? nowMs);
    else {
      this.#countAway(region);
      this.#disabledAtMs.delete(region);
    }
  }

  /** Without a text, the item is deleted. */
  async write(site: SharedSite, id: string, text: string | undefined): Promise<void> {
    const table = this.#lab.database.table('Shared', { region: site.region });
    const entry = this.#model.get(id) ?? { text: undefined, perhaps: new Set() };
    this.#model.set(id, entry);
    try {
      const key = { id: { S: id } };
      await (text === undefined ? table.delete(key) : table.put({ ...key, text: { S: text } }));
    } catch {
      // Refused, or a fault of the world: then nobody knows.
      entry.perhaps.add(text);
      return;
    }
    if (this.#left.has(site.region)) entry.perhaps.add(text);
    else {
      entry.text = text;
      entry.perhaps.clear();
    }
  }

  async judge(isFaulty: boolean): Promise<void> {
    for (const site of this.#sites) await this.#judgeMembership(site, isFaulty);
    const nowMs = this.#lab.clock.nowMs();
    if (isFaulty || nowMs - this.#troubleMs < convergeMs) return;
    const isSettled = ({ isEnabled, sinceMs, region }: SharedSite) =>
      isEnabled && !this.#left.has(region) && nowMs - sinceMs > noticeMs + convergeMs;
    const settled = this.#sites.filter(isSettled);
    if (settled.length < 2) return;
    const contents = await Promise.all(settled.map((site) => this.#content(site)));
    for (const content of contents) expect(content).toEqual(contents[0]);
    // What a region did not tell before it had to leave is its own, and what it waits to tell is not known here yet.
    if (settled.length < this.#sites.length) return;
    for (const [id, { text, perhaps }] of this.#model) {
      const found = contents[0]?.get(id);
      if (!perhaps.has(found)) expect(`${id} ${found}`).toBe(`${id} ${text}`);
    }
  }

  async #judgeMembership(site: SharedSite, isFaulty: boolean): Promise<void> {
    const { region } = site;
    this.#countAway(region);
    if (this.#left.has(region)) return;
    const { Table } = await site.dynamodb.send(new DescribeTableCommand({ TableName: 'Shared' }));
    const heldMs = this.#lab.clock.nowMs() - site.sinceMs;
    if (Table?.GlobalTableVersion !== undefined) {
      // Twenty hours after it was noticed at the latest.
      if (!isFaulty && !site.isEnabled) expect(heldMs).toBeLessThan(removeMs + noticeMs);
      return;
    }
    this.#left.add(region);
    const isLast = this.#sites.every((other) => other === site || this.#hasCause(other.region));
    expect(isLast || this.#hasCause(region)).toBe(true);
  }

  /** Its key was away for long enough to be put out of the group. */
  #hasCause(region: string): boolean {
    return (this.#awayMs.get(region) ?? 0) >= removeMs;
  }

  #countAway(region: string): void {
    const since = this.#disabledAtMs.get(region);
    if (since === undefined) return;
    const awayMs = this.#lab.clock.nowMs() - since;
    this.#awayMs.set(region, Math.max(awayMs, this.#awayMs.get(region) ?? 0));
  }

  async #content({ region }: SharedSite): Promise<ReadonlyMap<string, string | undefined>> {
    const table = this.#lab.database.table('Shared', { region });
    const content = new Map<string, string | undefined>();
    for (const id of [...this.#model.keys()].sort()) {
      const text = (await table.get({ id: { S: id } }))?.get('text');
      content.set(id, text !== undefined && 'S' in text ? text.S : undefined);
    }
    return content;
  }
}
