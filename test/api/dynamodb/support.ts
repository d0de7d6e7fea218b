/** The DynamoDB API without a socket: JSON in, JSON or a refusal out, as a client has it. */
import type {
  BackupDoors,
  ExchangeDoors,
  ReplicaDoors,
  TablesDoor,
} from '../../../src/api/dynamodb/context.ts';
import { dynamodbOperations } from '../../../src/api/dynamodb/index.ts';
import { encodeBody } from '../../../src/api/json.ts';
import { parseInput } from '../../../src/api/shape.ts';
import { isRefusal } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { NextTokens } from '../../../src/tables/partiql/next-token.ts';
import type { TableInfo } from '../../../src/tables/table-record.ts';
import { account, region, user } from '../../support/embedded-kms.ts';
import { noBackups } from '../../support/no-backups.ts';
import { newConnection, openTables } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';
import { answeringLater, CommitCount } from '../../support/wrapped-stores.ts';

export const caller = user;
export const arnOf = (table: string) => `arn:aws:dynamodb:${region}:${account}:table/${table}`;

/** Pages come from the cache at once, or all of them from a store that answers later. */
export const modes = ['at once', 'later'] as const;
export type Mode = (typeof modes)[number];

export type Json = Readonly<Record<string, unknown>>;

const core = createFallbackCore();
export const nextTokens = new NextTokens({ core, key: core.generateKey() });

/** What an answer without a body is told by. */
export const nothing: Record<string, unknown> = {};

export class Api {
  readonly tables: TablesDoor;
  readonly doors: BackupDoors & ExchangeDoors & ReplicaDoors;
  readonly #connection = newConnection();

  constructor(tables: TablesDoor, doors: Partial<BackupDoors & ExchangeDoors & ReplicaDoors> = {}) {
    this.tables = tables;
    this.doors = { ...noBackups, ...doors };
  }

  /** What the operation returns, a promise or not. */
  run(name: string, input: Json): object | Promise<object> {
    const found = dynamodbOperations.find((operation) => operation.name === name);
    if (found === undefined) throw new TypeError(`there is no operation ${name}`);
    const { tables, doors } = this;
    const context = { tables, ...doors, nextTokens, caller, connection: this.#connection };
    return found.run(context, parseInput('dynamodb', name, input));
  }

  /** The answer as JSON; `nothing` where it has no body. */
  async call(name: string, input: Json): Promise<Record<string, unknown>> {
    const text = Buffer.from(encodeBody(await this.run(name, input))).toString();
    if (text === '') return nothing;
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** The sentence of a ValidationException, or code and sentence of another refusal; `answered` where it is not refused. */
  async refusal(name: string, input: Json): Promise<string> {
    const refusal = await refusalOf(() => this.run(name, input));
    return refusal.startsWith('Validation: ') ? refusal.slice('Validation: '.length) : refusal;
  }

  /** What the engine knows of a table. */
  describe(name: string): Promise<TableInfo> {
    return this.tables.describe(caller, name);
  }

  /** The item that a failed condition carries. */
  async itemOfFailure(name: string, input: Json): Promise<unknown> {
    try {
      await this.run(name, input);
    } catch (fault) {
      if (!isRefusal(fault, 'ConditionalCheckFailed')) throw fault;
      return JSON.parse(Buffer.from(encodeBody(fault.details)).toString()).item;
    }
    throw new TypeError('the condition held');
  }
}

export const tableInput = (TableName: string, sortType?: 'S' | 'N' | 'B'): Json => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    ...(sortType === undefined ? [] : [{ AttributeName: 'sk', KeyType: 'RANGE' }]),
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    ...(sortType === undefined ? [] : [{ AttributeName: 'sk', AttributeType: sortType }]),
  ],
});

export async function apiOf(mode: Mode = 'at once'): Promise<Api> {
  const later = mode === 'later' ? { wrapStore: answeringLater, cacheBytes: 0 } : {};
  return new Api((await openTables(later)).tables);
}

/** How many commits a call makes on the two tables of `withTables`, with these items in one of them. */
export async function commitsOf(
  call: { readonly name: string; readonly input: Json },
  before: readonly { readonly TableName: string; readonly Item: Json }[] = [],
): Promise<number> {
  const commits = new CommitCount();
  const api = await withTables(new Api((await openTables({ wrapStore: commits.wrap })).tables));
  for (const put of before) await api.call('PutItem', put);
  const countBefore = commits.value;
  await api.call(call.name, call.input);
  return commits.value - countBefore;
}

/** Two tables: `notes` with the key pk, `events` with the keys pk and sk, a number. */
export async function withTables(api: Api): Promise<Api> {
  await api.call('CreateTable', tableInput('notes'));
  await api.call('CreateTable', tableInput('events', 'N'));
  return api;
}

export async function apiWithTables(mode: Mode = 'at once'): Promise<Api> {
  return withTables(await apiOf(mode));
}

export const S = (text: string) => ({ S: text });
export const N = (number: number) => ({ N: String(number) });

/** Puts items one after the other. */
export async function putAll(api: Api, TableName: string, items: readonly Json[]): Promise<void> {
  for (const Item of items) await api.call('PutItem', { TableName, Item });
}

/** The reasons for which this transaction is cancelled. */
export async function reasonsOf(api: Api, name: string, input: Json): Promise<unknown> {
  try {
    await api.run(name, input);
  } catch (fault) {
    if (!isRefusal(fault, 'TransactionCancelled')) throw fault;
    return JSON.parse(Buffer.from(encodeBody(fault.details)).toString()).reasons;
  }
  throw new TypeError('the transaction was made');
}

export const P = 'One or more parameter values were invalid: ';
export const mismatch = 'The provided key element does not match the schema';
export const noTable = 'TableNotFound: Requested resource not found';
export const lacks = (name: string) => `This server does not have the parameter ${name}`;
/** The refusal of a request that has parameters of both styles. */
export const mixes = (old: string, expressions: string) =>
  'Can not use both expression and non-expression parameters in the same request: ' +
  `Non-expression parameters: {${old}} Expression parameters: {${expressions}}`;
