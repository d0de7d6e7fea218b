/** Table keys from the key service: every call to it, and each refusal in the table service's own words. */
import { IntegrityFault, isRefusal, Refusal } from '../base/errors.ts';
import type { SecretKey } from '../crypto/core.ts';
import type { Caller, DataKey, KeyDescription, KeyService } from '../kms/key-service.ts';
import { tableKeyRefusal, unusableKey } from './key-refusal.ts';
import { encryptionContext, type TableIdentity, throughService } from './table-identity.ts';
import type { WrappedTableKeys } from './wrapped-table-keys.ts';

export interface TableKeyRequest {
  readonly caller: Caller;
  readonly table: TableIdentity;
}

/** The key that a request names, which must be one that can protect a table. Refuses TableKeyRefused. */
export async function describeTableKey(
  service: KeyService,
  { caller, keyId }: { caller: Caller; keyId: string },
): Promise<KeyDescription> {
  const described = await worded(service.describeKey(throughService(caller), keyId));
  const fault = unusableKey(described);
  if (fault !== undefined) throw tableKeyRefusal(fault);
  return described;
}

/** A new table key. An alias is resolved once, and never asked again. Refuses TableKeyRefused. */
export async function makeTableKey(
  service: KeyService,
  { caller, table, keyId }: TableKeyRequest & { keyId: string },
): Promise<DataKey> {
  const { arn } = await describeTableKey(service, { caller, keyId });
  return worded(service.generateDataKey(throughService(caller), arn, encryptionContext(table)));
}

/**
 * The table key, for the receiver to destroy. Refuses TableKeyRefused; throws IntegrityFault where what is
 * stored is not what the key service gave out for this table, under the key that is named beside it.
 */
export async function openTableKey(
  service: KeyService,
  { caller, table, wrapped }: TableKeyRequest & { wrapped: Pick<WrappedTableKeys, 'keyArn' | 'tableKey'> },
): Promise<SecretKey> {
  const { key, keyArn } = await worded(
    service.decryptDataKey(throughService(caller), wrapped.tableKey, encryptionContext(table)),
  );
  if (keyArn === wrapped.keyArn) return key;
  key.destroy();
  throw damaged();
}

async function worded<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (fault) {
    // Nobody hands in a ciphertext but our own store: it was changed there.
    if (isRefusal(fault, 'InvalidCiphertext')) throw damaged();
    throw fault instanceof Refusal ? tableKeyRefusal(fault) : fault;
  }
}

function damaged(): IntegrityFault {
  return new IntegrityFault({ record: 'table key' });
}
