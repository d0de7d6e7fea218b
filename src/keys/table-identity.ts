/** Who a table is to the key service, and who asks it: the table service, for a caller or for itself. */
import type { Caller, EncryptionContext } from '../kms/key-service.ts';

/** `id` is bound into the table's data keys; name and account into every ciphertext of the key service. */
export interface TableIdentity {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
}

const serviceName = 'dynamodb.amazonaws.com';

/** What the key service binds to a table key, and its policies may ask for (aws-behaviour §2.3). */
export function encryptionContext({ name, account }: TableIdentity): EncryptionContext {
  return new Map([
    ['aws:dynamodb:tableName', name],
    ['aws:dynamodb:subscriberId', account],
  ]);
}

/** The caller, by way of the table service: the right asked for stays the caller's own. */
export function throughService(caller: Caller, table?: TableIdentity): Caller {
  return { ...caller, service: serviceName, ...(table !== undefined && { sourceArn: arnOf(table) }) };
}

/** The table service, for its own upkeep of a table: nobody's request. */
export function serviceItself(table: TableIdentity): Caller {
  return { ...serviceIn(table), sourceArn: arnOf(table) };
}

/** The table service, for what it keeps in an account: no table's any more. */
export function serviceIn({ account, region }: Pick<TableIdentity, 'account' | 'region'>): Caller {
  return { arn: serviceName, account, region, service: serviceName };
}

function arnOf({ name, account, region }: TableIdentity): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}
