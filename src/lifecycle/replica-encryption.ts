/** Under which key a new replica is put: of the same kind as the table's, in its own region (aws-behaviour §1.7). */
import { refuse } from '../base/errors.ts';
import type { TableRecord } from '../tables/catalog-record.ts';
import type { EncryptionChoice } from '../tables/encryption-choice.ts';

const managedAlias = 'alias/aws/dynamodb';
const invalid = 'One or more parameter values were invalid: ';
const mixed = `${invalid}All replica keys must either be Customer Managed CMK or AWS Managed CMK.`;

/** `keyId`: as the request names it. Refuses Validation; for a table under the owned key in our own words. */
export function replicaEncryption(
  { encryption }: Pick<TableRecord, 'encryption'>,
  keyId: string | undefined,
): EncryptionChoice {
  if (encryption === 'customer') {
    if (keyId === undefined) refuse(`${invalid}KMSMasterKeyId must be specified for each replica.`);
    if (keyId === managedAlias) refuse(mixed);
    return { kind: 'customer', keyId };
  }
  if (encryption === 'managed') {
    if (keyId !== undefined && keyId !== managedAlias) refuse(mixed);
    return { kind: 'managed' };
  }
  if (keyId === undefined) return { kind: 'owned' };
  return refuse(
    `${invalid}KMSMasterKeyId can not be specified for a replica of a table under the AWS owned key.`,
  );
}
