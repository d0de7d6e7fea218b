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
export function throughService(caller: Caller): Caller {
  return { ...caller, service: serviceName };
}

/** The table service, for its own upkeep of a table: nobody's request. */
export function serviceItself({ account, region }: TableIdentity): Caller {
  return { arn: serviceName, account, region, service: serviceName };
}
