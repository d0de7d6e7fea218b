/** A load of all but items: tables made, deleted and put under other keys; keys switched off and on. */
import { createTableInput, item, loadItems, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import type { Ledger } from './ledger.ts';

/** Put under one key after another, in every direction, while items are written. */
const movingTable = 'moving';
/** Under a key that is switched off and on; its items stay as they are. */
const guardedTable = 'guarded';
const guardedItems = 20;
const shortLivedTables = ['short-1', 'short-2', 'short-3'];
const managedAlias = 'alias/aws/dynamodb';

export interface ManagementKeys {
  /** Of the guarded table, and the two that the moving table moves between; ARNs. */
  readonly guard: string;
  readonly first: string;
  readonly second: string;
}

export interface ManagementLoadOptions {
  readonly call: JsonCall;
  readonly ledger: Ledger;
  readonly keys: ManagementKeys;
  readonly seed: number;
  readonly isOver: () => boolean;
}

export async function prepareManagement(call: JsonCall): Promise<ManagementKeys> {
  const newKey = async () => (await call('CreateKey', {})).KeyMetadata.Arn;
  const keys = { guard: await newKey(), first: await newKey(), second: await newKey() };
  await call('CreateTable', createTableInput(movingTable));
  const SSESpecification = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: keys.guard };
  await call('CreateTable', { ...createTableInput(guardedTable), SSESpecification });
  for (let number = 0; number < guardedItems; number++) {
    await call('PutItem', { TableName: guardedTable, Item: item(`${number}`, `0.${number}.9`) });
  }
  return keys;
}

/** Each writer ends at its first fault; rejects where that came before the end. */
export async function loadManagement(options: ManagementLoadOptions): Promise<void> {
  const { call, ledger, seed, isOver } = options;
  const untilFault = async (writeOne: (turn: number) => Promise<void>) => {
    try {
      for (let turn = seed; !isOver(); turn++) await writeOne(turn);
    } catch (fault) {
      // What was under way is in the ledger.
      if (!isOver()) throw fault;
    }
  };
  await Promise.all([
    loadItems({ call, ledger, table: movingTable, seed, writers: 3, isOver }),
    untilFault((turn) => makeOrDelete(options, shortLivedTables[turn % shortLivedTables.length] ?? '')),
    untilFault((turn) => moveTable(options, turn)),
    untilFault((turn) => switchKey(options, turn)),
  ]);
}

async function makeOrDelete({ call, ledger }: ManagementLoadOptions, table: string): Promise<void> {
  if (ledger.last(`table ${table}`) === undefined) {
    await ledger.write(`table ${table}`, 'there', () => call('CreateTable', createTableInput(table)));
    return;
  }
  await ledger.write(`table ${table}`, undefined, () => call('DeleteTable', { TableName: table }));
}

/** From each kind of key to each other. */
const path = ['managed', 'owned', 'first', 'second', 'managed', 'first', 'owned', 'second'] as const;

async function moveTable({ call, ledger, keys }: ManagementLoadOptions, turn: number): Promise<void> {
  const next = path[turn % path.length] ?? 'owned';
  const customer = next === 'first' || next === 'second' ? { KMSMasterKeyId: keys[next] } : {};
  const encrypted = { Enabled: true, SSEType: 'KMS', ...customer };
  const SSESpecification = next === 'owned' ? { Enabled: false } : encrypted;
  const content = next === 'first' || next === 'second' ? keys[next] : next;
  // A table that is there already may be told so: after a kill nobody knows where it was.
  if (ledger.last('encryption') === content) return;
  await ledger.write('encryption', content, () =>
    call('UpdateTable', { TableName: movingTable, SSESpecification }),
  );
}

async function switchKey({ call, ledger, keys }: ManagementLoadOptions, turn: number): Promise<void> {
  const [operation, state] = turn % 2 === 0 ? ['DisableKey', 'Disabled'] : ['EnableKey', 'Enabled'];
  await ledger.write('key', state, () => call(operation, { KeyId: keys.guard }));
}

/** All that the load writes, by its names in the ledger; and whether the guarded items are there. */
export async function readManagement(
  call: JsonCall,
  keys: ManagementKeys,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map(await readItems(call, movingTable));
  const { TableNames } = await call('ListTables', {});
  for (const name of TableNames) {
    if (shortLivedTables.includes(name)) found.set(`table ${name}`, await stateOf(call, name));
  }
  const { Table } = await call('DescribeTable', { TableName: movingTable });
  found.set('encryption', await encryptionOf(call, Table.SSEDescription?.KMSMasterKeyArn));
  const { KeyMetadata } = await call('DescribeKey', { KeyId: keys.guard });
  found.set('key', KeyMetadata.KeyState);
  if (KeyMetadata.KeyState === 'Disabled') await call('EnableKey', { KeyId: keys.guard });
  const guarded = await readItems(call, guardedTable);
  const whole = [...guarded].every(([id, content]) => content === `0.${id.split('/')[1]}.9`);
  found.set('guarded', whole && guarded.size === guardedItems ? 'whole' : 'damaged');
  if (KeyMetadata.KeyState === 'Disabled') await call('DisableKey', { KeyId: keys.guard });
  return found;
}

/** A table that is there can be written to. */
async function stateOf(call: JsonCall, table: string): Promise<string> {
  await call('PutItem', { TableName: table, Item: item('0', '0.0.1') });
  return 'there';
}

async function encryptionOf(call: JsonCall, arn: string | undefined): Promise<string> {
  if (arn === undefined) return 'owned';
  const { KeyMetadata } = await call('DescribeKey', { KeyId: managedAlias });
  return KeyMetadata.Arn === arn ? 'managed' : arn;
}
