/** Clients of one store that transfer money, append to lists and set registers, while the store is killed under them. */
import { isRefusal, Outage, Refusal } from '../../src/base/errors.ts';
import { Api, type Json, N, S, withTables } from '../api/dynamodb/support.ts';
import { generator } from '../pages/support.ts';
import { KilledStore } from './killed-store.ts';
import type { ListTransaction } from './list-append.ts';
import { openTables, type TablesForTest } from './open-tables.ts';
import type { RegisterCall } from './register-history.ts';

export interface TransactionLoadOptions {
  readonly seed: number;
  /** How often the store is killed. */
  readonly kills: number;
  /** Calls between two kills, and behind the last. */
  readonly callsPerLife: number;
  /** Reads several items one by one, as no transaction may. */
  readonly readsApart?: boolean;
}

export interface TransactionHistory {
  readonly lists: readonly ListTransaction[];
  readonly registers: ReadonlyMap<string, readonly RegisterCall[]>;
  /** All that the accounts held together, each time somebody looked. */
  readonly sums: readonly number[];
  readonly made: number;
  readonly unknown: number;
  /** Transactions that were sent again with their token, after nobody had answered. */
  readonly repeated: number;
}

const clients = 8;
const places = 6;
const accounts = 6;
const accountStart = 100;
export const moneyTotal = accounts * accountStart;

/** Half of the items are in either table. */
function placeOf(kind: string, index: number) {
  return index % 2 === 0
    ? { TableName: 'notes', Key: { pk: S(`${kind} ${index}`) } }
    : { TableName: 'events', Key: { pk: S(`${kind} ${index}`), sk: N(index) } };
}
const list = (index: number) => placeOf('list', index);
const account = (index: number) => placeOf('account', index);
const register = (index: number) => placeOf('register', index);

/** Resolves once every client has ended and all lists and accounts have been read. */
export async function loadTransactions(options: TransactionLoadOptions): Promise<TransactionHistory> {
  const load = new TransactionLoad(options);
  await load.begin();
  await Promise.all(Array.from({ length: clients }, () => load.client()));
  await load.readLists(Array.from({ length: places }, (_, index) => index));
  await load.readAccounts();
  return load.history;
}

interface Item {
  readonly values?: { readonly L: readonly { readonly N: string }[] };
  readonly n?: { readonly N: string };
}

class TransactionLoad {
  readonly #options: TransactionLoadOptions;
  readonly #random: () => number;
  readonly #lists: ListTransaction[] = [];
  readonly #registers = new Map<string, RegisterCall[]>();
  readonly #sums: number[] = [];
  #opened: TablesForTest | undefined;
  #store: KilledStore | undefined;
  #api: Api | undefined;
  #starting: Promise<void> | undefined;
  #moment = 0;
  #value = 0;
  #calls = 0;
  #kills = 0;
  #made = 0;
  #unknown = 0;
  #repeated = 0;

  constructor(options: TransactionLoadOptions) {
    this.#options = options;
    this.#random = generator(options.seed);
  }

  get history(): TransactionHistory {
    return {
      lists: this.#lists,
      registers: this.#registers,
      sums: this.#sums,
      made: this.#made,
      unknown: this.#unknown,
      repeated: this.#repeated,
    };
  }

  async begin(): Promise<void> {
    this.#opened = await openTables({
      wrapStore: (memory) => {
        this.#store = new KilledStore(memory, this.#random);
        return this.#store;
      },
    });
    this.#api = await withTables(new Api(this.#opened.tables));
    for (let index = 0; index < accounts; index++) {
      const { TableName, Key } = account(index);
      await this.#call('PutItem', { TableName, Item: { ...Key, n: N(accountStart) } });
    }
  }

  async client(): Promise<void> {
    const { kills, callsPerLife } = this.#options;
    while (this.#calls < (kills + 1) * callsPerLife) {
      if (this.#calls >= (this.#kills + 1) * callsPerLife && this.#kills < kills) this.#killAndStart();
      await this.#starting;
      this.#calls++;
      await this.#step();
    }
  }

  #killAndStart(): void {
    this.#kills++;
    this.#starting = (async () => {
      await this.#store?.kill();
      this.#opened = await this.#opened?.restart({ crash: true });
      if (this.#opened !== undefined) this.#api = new Api(this.#opened.tables);
    })();
  }

  #step(): Promise<void> {
    const kind = this.#random();
    if (kind < 0.2) return this.#append(this.#some(1 + this.#below(3)));
    if (kind < 0.3) return this.#appendAlone(this.#below(places));
    if (kind < 0.45) return this.#appendOnSight();
    if (kind < 0.6) return this.readLists(this.#some(2 + this.#below(3)));
    if (kind < 0.7) return this.#transfer();
    if (kind < 0.8) return this.readAccounts();
    return this.#useRegister();
  }

  #append(indexes: readonly number[]): Promise<void> {
    const appends = indexes.map((index) => [`${index}`, ++this.#value] as const);
    const entries = appends.map(([index, value]) => ({ Update: appendTo(Number(index), value) }));
    const token = this.#random() < 0.5 ? { ClientRequestToken: `token ${this.#value}` } : undefined;
    const call = () => this.#call('TransactWriteItems', { TransactItems: entries, ...token });
    if (token === undefined) return this.#recordList({ appends, reads: [] }, call);
    const calls = this.#random() < 0.5 ? [call, call] : [call];
    return this.#recordList({ appends, reads: [] }, () => this.#once(calls));
  }

  /** Calls with one token, made once together: where the store was killed under them, they are sent again. */
  async #once(calls: readonly (() => Promise<unknown>)[]): Promise<void> {
    try {
      await Promise.all(calls.map((call) => call()));
    } catch (fault) {
      if (!(fault instanceof Outage)) throw fault;
      this.#repeated++;
      await this.#starting;
      await calls[0]?.();
    }
  }

  async #appendAlone(index: number): Promise<void> {
    const appends = [[`${index}`, ++this.#value]] as const;
    const call = async () => {
      const input = { ...appendTo(index, this.#value), ReturnValues: 'ALL_NEW' };
      return valuesOf((await this.#call('UpdateItem', input)).Attributes).slice(0, -1);
    };
    await this.#recordList({ appends, reads: [] }, call, (seen) => [[`${index}`, seen]]);
  }

  /** Appends to one list where another still is as it was seen: a transaction that reads and writes. */
  async #appendOnSight(): Promise<void> {
    const [from = 0, to = 1] = this.#some(2);
    const seen = await this.#tried(async () => valuesOf((await this.#call('GetItem', list(from))).Item));
    if (seen === undefined) return;
    const appends = [[`${to}`, ++this.#value]] as const;
    const condition =
      seen.length === 0
        ? { ConditionExpression: 'attribute_not_exists(#v)' }
        : {
            ConditionExpression: '#v = :seen',
            ExpressionAttributeValues: { ':seen': { L: seen.map((value) => N(value)) } },
          };
    const ConditionCheck = { ...list(from), ...condition, ExpressionAttributeNames: { '#v': 'values' } };
    const TransactItems = [{ ConditionCheck }, { Update: appendTo(to, this.#value) }];
    await this.#recordList({ appends, reads: [[`${from}`, seen]] }, () =>
      this.#call('TransactWriteItems', { TransactItems }),
    );
  }

  async readLists(indexes: readonly number[]): Promise<void> {
    await this.#recordList(
      { appends: [], reads: [] },
      async () => (await this.#readTogether(indexes.map(list))).map(valuesOf),
      (found) => indexes.map((index, place) => [`${index}`, found[place] ?? []]),
    );
  }

  async #transfer(): Promise<void> {
    const [from = 0, to = 1] = this.#some(2, accounts);
    const amount = { ':n': N(1 + this.#below(40)) };
    const debit = {
      ...account(from),
      UpdateExpression: 'SET n = n - :n',
      ConditionExpression: 'n >= :n',
      ExpressionAttributeValues: amount,
    };
    const credit = { ...account(to), UpdateExpression: 'SET n = n + :n', ExpressionAttributeValues: amount };
    const TransactItems = [{ Update: debit }, { Update: credit }];
    await this.#tried(() => this.#call('TransactWriteItems', { TransactItems }));
  }

  async readAccounts(): Promise<void> {
    const keys = Array.from({ length: accounts }, (_, index) => account(index));
    const found = await this.#tried(() => this.#readTogether(keys));
    if (found === undefined) return;
    this.#sums.push(found.reduce((sum, item) => sum + Number(item?.n?.N), 0));
  }

  async #useRegister(): Promise<void> {
    const index = this.#below(places);
    const { TableName, Key } = register(index);
    const calls = this.#registers.get(`${index}`) ?? [];
    this.#registers.set(`${index}`, calls);
    const kind = (['read', 'write', 'swap', 'swap'] as const)[this.#below(4)] ?? 'read';
    const value = ++this.#value;
    const expected = kind === 'swap' ? await this.#lookAt(index) : undefined;
    const begunAt = ++this.#moment;
    const record = (outcome: RegisterCall['outcome'], seen: number | undefined = value) =>
      calls.push({ kind, value: seen, expected, begunAt, endedAt: ++this.#moment, outcome });
    const condition =
      expected === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : { ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': N(expected) } };
    const put = { TableName, Item: { ...Key, n: N(value) }, ...(kind === 'swap' ? condition : {}) };
    try {
      if (kind !== 'read') {
        await this.#call('PutItem', put);
        record('made');
        return;
      }
      const { Item } = await this.#call('GetItem', { TableName, Key });
      calls.push({ kind, value: numberOf(Item), begunAt, endedAt: ++this.#moment, outcome: 'made' });
    } catch (fault) {
      if (isRefusal(fault, 'ConditionalCheckFailed')) record('failed');
      else if (!(fault instanceof Outage)) throw fault;
      else if (kind !== 'read') record('unknown');
    }
  }

  async #lookAt(index: number): Promise<number | undefined> {
    return this.#tried(async () => numberOf((await this.#call('GetItem', register(index))).Item));
  }

  /** `see`: what the transaction read, from what its call answered. */
  async #recordList<T>(
    parts: Pick<ListTransaction, 'appends' | 'reads'>,
    call: () => Promise<T>,
    see: (answer: T) => ListTransaction['reads'] = () => parts.reads,
  ): Promise<void> {
    const begunAt = ++this.#moment;
    const record = (outcome: ListTransaction['outcome'], reads = parts.reads) =>
      this.#lists.push({ ...parts, reads, begunAt, endedAt: ++this.#moment, outcome });
    try {
      const answer = await call();
      this.#made++;
      record('made', see(answer));
    } catch (fault) {
      if (isRefusal(fault, 'TransactionCancelled')) record('cancelled');
      else if (!(fault instanceof Outage)) throw fault;
      else {
        this.#unknown++;
        record('unknown');
      }
    }
  }

  /** Undefined where it was refused, or the store killed. */
  async #tried<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (fault) {
      if (fault instanceof Refusal || fault instanceof Outage) return undefined;
      throw fault;
    }
  }

  async #readTogether(keys: readonly Json[]): Promise<readonly (Item | undefined)[]> {
    if (this.#options.readsApart === true) {
      const items: (Item | undefined)[] = [];
      for (const key of keys) {
        items.push((await this.#call('GetItem', key)).Item as Item | undefined);
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      return items;
    }
    const answer = await this.#call('TransactGetItems', { TransactItems: keys.map((Get) => ({ Get })) });
    return (answer.Responses as { readonly Item?: Item }[]).map(({ Item: item }) => item);
  }

  #call(name: string, input: Json): Promise<Record<string, unknown>> {
    if (this.#api === undefined) throw new TypeError('the load has begun');
    return this.#api.call(name, input);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** So many different indexes. */
  #some(count: number, limit = places): readonly number[] {
    const indexes = Array.from({ length: limit }, (_, index) => index);
    return Array.from({ length: count }, () => indexes.splice(this.#below(indexes.length), 1)[0] ?? 0);
  }
}

function appendTo(index: number, value: number): Json {
  return {
    ...list(index),
    UpdateExpression: 'SET #v = list_append(if_not_exists(#v, :none), :one)',
    ExpressionAttributeNames: { '#v': 'values' },
    ExpressionAttributeValues: { ':none': { L: [] }, ':one': { L: [N(value)] } },
  };
}

function valuesOf(item: unknown): readonly number[] {
  return ((item as Item | undefined)?.values?.L ?? []).map(({ N: text }) => Number(text));
}

function numberOf(item: unknown): number | undefined {
  const { n } = (item as Item | undefined) ?? {};
  return n === undefined ? undefined : Number(n.N);
}
