/**
 * kill -9 of either of two processes that replicate over mutual TLS, again and again, from the first copy on: what was
 * acknowledged is there in both at the end, and nothing else.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTableInput, item, readItems } from '../support/item-load.ts';
import { AnsweredFault } from '../support/json-call.ts';
import { Ledger } from '../support/ledger.ts';
import { type PairedRegion, ReplicatedPair, regions } from '../support/replicated-pair.ts';
import { startStoreProcess } from '../support/store-process.ts';

/** CI asks for more, but not for as many as of one process: each takes seconds. */
const kills = Number(process.env.CRYPTABLE_REPLICA_KILLS ?? 4);
const TableName = 'shared';
const itemsBefore = 300;
const writersEach = 3;
const idsPerWriter = 20;
const contestedIds = 10;
const acknowledgedPerLifeMax = 150;

const folder = mkdtempSync(join(tmpdir(), 'cryptable-replicas-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A load on both sides that goes on, whichever of them is gone. */
class PairLoad {
  readonly ledger = new Ledger();
  /** By contested item: all that either side sent. */
  readonly contested = new Map<string, Set<string>>();
  /** By side: increments that were acknowledged, and all that were sent. */
  readonly counts = new Map<PairedRegion, { acknowledged: number; sent: number }>();
  readonly #pair: ReplicatedPair;
  readonly #back = new Map<PairedRegion, Promise<void>>();
  #isOver = false;

  constructor(pair: ReplicatedPair) {
    this.#pair = pair;
  }

  end(): void {
    this.#isOver = true;
  }

  /** Kills this side once so much more was acknowledged, and starts it again; the other goes on meanwhile. */
  async killAfter(region: PairedRegion, acknowledged: number): Promise<void> {
    const end = this.ledger.acknowledged + acknowledged;
    while (this.ledger.acknowledged < end) await this.#turn();
    let isBack = () => {};
    this.#back.set(region, new Promise((resolve) => (isBack = resolve)));
    await this.#pair.kill(region);
    await this.#pair.start(region);
    isBack();
  }

  async write(region: PairedRegion): Promise<void> {
    await this.whole(region);
    const own = Array.from({ length: writersEach }, (_, writer) =>
      this.#untilOver(region, (turn) => this.#writeOwn(region, writer, turn)),
    );
    const contest = this.#untilOver(region, (turn) => this.#writeContested(region, turn));
    const count = this.#untilOver(region, () => this.#count(region));
    await Promise.all([...own, contest, count]);
  }

  async #untilOver(region: PairedRegion, writeOne: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 0; !this.#isOver; turn++) {
      try {
        await writeOne(turn);
      } catch (fault) {
        // A side that answers does not fail; one that is gone comes back.
        if (fault instanceof AnsweredFault && fault.status < 500) throw fault;
        await this.#back.get(region);
      }
    }
  }

  async #writeOwn(region: PairedRegion, writer: number, turn: number): Promise<void> {
    const call = this.#pair.call(region);
    const id = `${region}-${writer}-${(turn * 7) % idsPerWriter}`;
    const entry = `${TableName}/${id}`;
    if (turn % 6 === 5) {
      await this.ledger.write(entry, undefined, () =>
        call('DeleteItem', { TableName, Key: { id: { S: id } } }),
      );
      return;
    }
    const content = `${writer}.${turn}.${(turn * 13) % 90}`;
    await this.ledger.write(entry, content, () => call('PutItem', { TableName, Item: item(id, content) }));
  }

  async #writeContested(region: PairedRegion, turn: number): Promise<void> {
    const id = `both-${turn % contestedIds}`;
    const content = `${region}-${turn}.0.3`;
    const sent = this.contested.get(id) ?? new Set();
    this.contested.set(id, sent.add(content));
    await this.#pair.call(region)('PutItem', { TableName, Item: item(id, content) });
  }

  async #count(region: PairedRegion): Promise<void> {
    const counts = this.counts.get(region) ?? { acknowledged: 0, sent: 0 };
    this.counts.set(region, counts);
    counts.sent++;
    await this.#pair.call(region)('UpdateItem', {
      TableName,
      Key: { id: { S: `count-${region}` } },
      UpdateExpression: 'ADD written :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    });
    counts.acknowledged++;
  }

  /** A region has no table to write to before its first copy is whole. */
  async whole(region: PairedRegion): Promise<void> {
    for (;;) {
      try {
        const { Table } = await this.#pair.call(region)('DescribeTable', { TableName });
        if (Table.TableStatus === 'ACTIVE') return;
      } catch {
        await this.#back.get(region);
      }
      await this.#turn();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** Every item of one side, as text, by its id. */
async function contentsOf(pair: ReplicatedPair, region: PairedRegion): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let ExclusiveStartKey: object | undefined;
  do {
    const page = await pair.call(region)('Scan', { TableName, ConsistentRead: true, ExclusiveStartKey });
    for (const one of page.Items) found.set(one.id.S, JSON.stringify(Object.entries(one).sort()));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return found;
}

/** The first differences, for a failure to tell. */
function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): readonly string[] {
  const ids = [...new Set([...one.keys(), ...other.keys()])];
  return ids.filter((id) => one.get(id) !== other.get(id)).slice(0, 10);
}

const convergeMsMax = 30_000;

async function converged(pair: ReplicatedPair): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const [home, away] = await Promise.all(regions.map((region) => contentsOf(pair, region)));
    const different = differences(home ?? new Map(), away ?? new Map());
    if (different.length === 0) return;
    expect(performance.now() - startMs, `${different} differ still`).toBeLessThan(convergeMsMax);
  }
}

test(
  `${kills} kills of one of two processes that replicate lose nothing that was acknowledged, in either`,
  async () => {
    const pair = await ReplicatedPair.open(join(folder, 'killed'));
    try {
      const load = new PairLoad(pair);
      const call = pair.call('us-east-1');
      await call('CreateTable', createTableInput(TableName));
      for (let number = 0; number < itemsBefore; number++) {
        const content = `before.${number}.${number % 90}`;
        await load.ledger.write(`${TableName}/before-${number}`, content, () =>
          call('PutItem', { TableName, Item: item(`before-${number}`, content) }),
        );
      }
      await call('UpdateTable', { TableName, ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] });
      const writing = regions.map((region) => load.write(region));
      const failed = Promise.race(writing.map((one) => one.then(() => new Promise<never>(() => {}))));
      for (let life = 1; life <= kills; life++) {
        const victim = regions[life % regions.length] ?? 'us-east-1';
        // The first ones come while the table is copied.
        const after = life <= 2 ? 2 : 1 + ((life * 89) % acknowledgedPerLifeMax);
        await Promise.race([load.killAfter(victim, after), failed]);
      }
      load.end();
      await Promise.all(writing);
      await converged(pair);
      for (const region of regions) {
        const found = new Map(await readItems(pair.call(region), TableName));
        for (const [id, sent] of load.contested) {
          expect([...sent], `${id} in ${region}`).toContain(found.get(`${TableName}/${id}`));
          found.delete(`${TableName}/${id}`);
        }
        for (const [side, { acknowledged, sent }] of load.counts) {
          const Key = { id: { S: `count-${side}` } };
          const { Item } = await pair.call(region)('GetItem', { TableName, Key });
          const written = Number(Item.written.N);
          expect(written, `count-${side} in ${region}`).toBeGreaterThanOrEqual(acknowledged);
          expect(written, `count-${side} in ${region}`).toBeLessThanOrEqual(sent);
          found.delete(`${TableName}/count-${side}`);
        }
        expect(load.ledger.contradictions(found), region).toEqual([]);
        const { Table } = await pair.call(region)('DescribeTable', { TableName });
        expect(Table.Replicas).toMatchObject([{ ReplicaStatus: 'ACTIVE' }]);
      }
    } finally {
      await pair.end();
    }
    for (const region of regions) {
      const store = startStoreProcess();
      await store.open(pair.dataOf(region), pair.rootKeyOf(region));
      const { faults, skipped } = await store.verify();
      expect({ faults, skipped }, region).toEqual({ faults: [], skipped: [] });
      await store.kill();
    }
  },
  120_000 + kills * 30_000,
);

const stillWrites = 60;

test('a process that stands still holds up nobody in the other, and hears of it all when it goes on', async () => {
  const pair = await ReplicatedPair.open(join(folder, 'still'));
  try {
    const call = pair.call('us-east-1');
    await call('CreateTable', createTableInput(TableName));
    await call('UpdateTable', { TableName, ReplicaUpdates: [{ Create: { RegionName: 'eu-west-1' } }] });
    await new PairLoad(pair).whole('eu-west-1');
    pair.standStill('eu-west-1');
    for (let number = 0; number < stillWrites; number++) {
      await call('PutItem', { TableName, Item: item(`${number}`, `0.${number}.9`) });
      const { Table } = await call('DescribeTable', { TableName });
      expect(Table.TableStatus).toBe('ACTIVE');
    }
    pair.goOn('eu-west-1');
    await converged(pair);
    expect((await contentsOf(pair, 'eu-west-1')).size).toBe(stillWrites);
  } finally {
    await pair.end();
  }
}, 120_000);
