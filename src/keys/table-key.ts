/** Table keys from the key service: every call to it, and each refusal in the table service's own words. */
import { IntegrityFault, isRefusal, Refusal } from '../base/errors.ts';
import type { SecretKey } from '../crypto/core.ts';
import type { Caller, DataKey, DecryptOptions, KeyDescription, KeyService } from '../kms/key-service.ts';
import { tableKeyRefusal, unusableKey } from './key-refusal.ts';
import { encryptionContext, serviceItself, type TableIdentity, throughService } from './table-identity.ts';
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

/** A table key, and what lets the table service open it for itself. */
export interface MadeTableKey extends DataKey {
  readonly grantId: string | undefined;
}

/**
 * A new table key: a grant is asked for as the caller, and by its right the service makes the key. An alias is resolved
 * once, and never asked again. Refuses TableKeyRefused; what fails leaves no grant, unless the key service has gone.
 */
export async function makeTableKey(
  service: KeyService,
  { caller, table, keyId, holder }: TableKeyRequest & { keyId: string; holder: string },
): Promise<MadeTableKey> {
  const { arn } = await describeTableKey(service, { caller, keyId });
  const context = encryptionContext(table);
  const { tableGrants: grants } = service;
  const wanted = { keyArn: arn, name: table.id, context, holder };
  const grantId = await worded(grants?.create(throughService(caller), wanted) ?? noGrant);
  const asking = grantId === undefined ? throughService(caller) : serviceItself(table);
  try {
    return { ...(await worded(service.generateDataKey(asking, arn, context))), grantId };
  } catch (fault) {
    if (grantId !== undefined) {
      const grant = { keyArn: arn, grantId, name: table.id, account: table.account };
      // What made it fail says more; what is left is found by the next look for grants that nobody needs.
      await grants?.retire(serviceItself(table), grant).catch(() => {});
    }
    throw fault;
  }
}

const noGrant: Promise<undefined> = Promise.resolve(undefined);

interface OpenRequest extends TableKeyRequest, DecryptOptions {
  readonly wrapped: Pick<WrappedTableKeys, 'keyArn' | 'tableKey'>;
}

/**
 * The table key, for the receiver to destroy. Refuses TableKeyRefused; throws IntegrityFault where what is
 * stored is not what the key service gave out for this table, under the key that is named beside it.
 */
export async function openTableKey(
  service: KeyService,
  { caller, table, wrapped, byCallerAlone }: OpenRequest,
): Promise<SecretKey> {
  const { key, keyArn } = await worded(
    service.decryptDataKey(throughService(caller, table), wrapped.tableKey, encryptionContext(table), {
      byCallerAlone,
    }),
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
