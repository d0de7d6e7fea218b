/** The tokens of transactions that were made: for ten minutes, a request that comes again with its token is not made again. */
import { createHash } from 'node:crypto';
import { equalBytes } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { IntegrityFault, Refusal } from '../base/errors.ts';
import { serviceItself } from '../keys/table-identity.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import type { PageEngine } from '../pages/pages.ts';
import type { Transaction } from '../pages/transaction.ts';
import type { Tree } from '../pages/tree.ts';
import type { MaybePromise } from '../store/page-store.ts';
import type { Catalog, KnownTable } from './catalog.ts';
import { identityOf, type TableRecord } from './catalog-record.ts';
import type { DataKeyUpkeep } from './data-key-upkeep.ts';
import { newTableId } from './table-id.ts';
import type { Namespace } from './table-name.ts';

/** A transaction as its caller tells it from others. */
export interface TokenUse extends Namespace {
  readonly token: string;
  /** Tells its request from every other: a SHA-256. */
  readonly request: Uint8Array;
}

export const tokenLifeMs = 10 * 60_000;

/** So many that are over go with each that comes: more than come. */
const trimmedMax = 16;

/** No caller has this account, and no table that a caller names a blank: only the catalogue knows this one. */
const tokensAccount = 'cryptable';
const tokensName = 'transaction tokens';

export interface TransactionTokensOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly dataKeys: Pick<DataKeyUpkeep, 'allowMore'>;
  readonly engine: PageEngine;
  readonly clock: Clock;
  /** Whose owned key they are under where there are none yet. */
  readonly region: string;
}

/*
 *  key     tens of minutes since 1970, 4 bytes │ SHA-256 of account, region and token
 *  value   milliseconds since 1970 at which it is over, 8 bytes │ SHA-256 of the request
 *
 * Great ends first. Old tokens lie together, where they are trimmed, and no token needs a second entry for that.
 */
const hashBytes = 32;
const periodBytes = 4;
const timeBytes = 8;

/**
 * A tree of its own, in a table that nobody can name: its data key is counted and rotated, its pages are verified as any
 * table's, and it is under the owned key, whatever the tables of the transaction are under.
 */
export class TransactionTokens {
  readonly #parts: TransactionTokensOptions;
  #tree: Tree | undefined;
  #opening: Promise<Tree> | undefined;

  constructor(parts: TransactionTokensOptions) {
    this.#parts = parts;
  }

  /** To be had before the transaction: the first one makes it. */
  tree(): MaybePromise<Tree> {
    if (this.#tree !== undefined) return this.#tree;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** True where this request was made under this token; refuses TokenReused where another was. */
  async wasMade(tx: Transaction, tree: Tree, use: TokenUse): Promise<boolean> {
    const nowMs = this.#parts.clock.nowMs();
    const hash = hashOf(use);
    const period = periodOf(nowMs);
    // Also the one to come: clocks are set back.
    for (const each of [period, period - 1, period + 1]) {
      const value = await tx.get(tree, entryKey(each, hash));
      if (value === undefined || overAtMs(value) <= nowMs) continue;
      if (equalBytes(value.subarray(timeBytes), use.request)) return true;
      throw new Refusal('TokenReused', {});
    }
    return false;
  }

  /** From the commit of this transaction on, the token is used. Takes some away that are over. */
  async keep(tx: Transaction, tree: Tree, use: TokenUse): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const value = Buffer.alloc(timeBytes + hashBytes);
    value.writeBigUInt64BE(BigInt(nowMs + tokenLifeMs));
    value.set(use.request, timeBytes);
    await tx.put(tree, entryKey(periodOf(nowMs), hashOf(use)), value);
    for (const key of await keysBefore(tx, tree, periodOf(nowMs) - 1)) await tx.delete(tree, key);
  }

  async #open(): Promise<Tree> {
    const { keys, dataKeys, engine } = this.#parts;
    const { record } = this.#find() ?? (await this.#make());
    await keys.holdForService(serviceItself(identityOf(record)), record.id);
    await dataKeys.allowMore(record.id);
    this.#tree = await engine.openTree(record.tree, keys.cipher(record.id, record.tree));
    return this.#tree;
  }

  #find(): KnownTable | undefined {
    return this.#parts.catalog.all().find(({ record }) => record.account === tokensAccount);
  }

  async #make(): Promise<{ readonly record: TableRecord }> {
    const { catalog, keys, clock, region } = this.#parts;
    const identity = { id: newTableId(), name: tokensName, account: tokensAccount, region };
    const tree = catalog.takeTree();
    const wrapped = await keys.create(serviceItself(identity), identity, await keys.ownedKey(region), [tree]);
    const record: TableRecord = {
      id: identity.id,
      account: tokensAccount,
      region,
      definition: {
        name: tokensName,
        keySchema: [{ AttributeName: 'token', KeyType: 'HASH' }],
        attributeDefinitions: [{ AttributeName: 'token', AttributeType: 'B' }],
        billingMode: 'PAY_PER_REQUEST',
        deletionProtection: true,
        tags: [],
      },
      encryption: 'owned',
      keys: wrapped,
      tree,
      status: 'ACTIVE',
      createdAtMs: clock.nowMs(),
      itemCount: 0,
      tableBytes: 0,
    };
    await catalog.add(record);
    return { record };
  }
}

function periodOf(nowMs: number): number {
  return Math.floor(nowMs / tokenLifeMs);
}

/** The account and the region have no blanks. */
function hashOf({ account, region, token }: TokenUse): Uint8Array {
  return createHash('sha256').update(`${account} ${region} ${token}`).digest();
}

function entryKey(period: number, hash: Uint8Array): Uint8Array {
  const key = Buffer.alloc(periodBytes + hash.length);
  key.writeUInt32BE(period);
  key.set(hash, periodBytes);
  return key;
}

function overAtMs(value: Uint8Array): number {
  if (value.length !== timeBytes + hashBytes) throw new IntegrityFault({ record: 'transaction token' });
  return Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0));
}

async function keysBefore(tx: Transaction, tree: Tree, period: number): Promise<readonly Uint8Array[]> {
  const cursor = tx.cursor(tree, { to: entryKey(period, new Uint8Array()) });
  const keys: Uint8Array[] = [];
  while (keys.length < trimmedMax) {
    const entry = await cursor.next();
    if (entry === undefined) break;
    keys.push(entry.key);
  }
  return keys;
}
