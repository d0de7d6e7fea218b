/** Puts a table under another KMS key: a new table key around the same data keys, and not a page touched. */
import type { Clock } from '../base/clock.ts';
import { Refusal } from '../base/errors.ts';
import { tableKeyRefusal } from '../keys/key-refusal.ts';
import type { TableKeys } from '../keys/table-keys.ts';
import { managedAlias } from '../kms/embedded/alias.ts';
import type { Caller } from '../kms/key-service.ts';
import type { Catalog } from './catalog.ts';
import { areSameKeys, identityOf, type TableRecord } from './catalog-record.ts';
import type { EncryptionChoice } from './encryption-choice.ts';
import { countedChanges, type EncryptionQuota } from './encryption-quota.ts';
import { recovered } from './key-recovery.ts';
import { beingUpdated, refuseWithdrawn, stillInUse } from './still-in-use.ts';

/**
 * What the key service calls the key that was chosen; whether it will do, the service says when it is used. Refuses
 * TableKeyRefused for the AWS owned key by its name: no caller can know of it.
 */
export async function keyIdOf(keys: TableKeys, caller: Caller, choice: EncryptionChoice): Promise<string> {
  if (choice.kind === 'managed') return managedAlias;
  const owned = await keys.ownedKey(caller.region);
  if (choice.kind === 'owned') return owned;
  const { keyId } = choice;
  if (keyId !== owned && !owned.endsWith(`/${keyId}`)) return keyId;
  throw tableKeyRefusal(new Refusal('KeyNotFound', { keyArn: owned }));
}

export interface TableRekeyingOptions {
  readonly catalog: Catalog;
  readonly keys: TableKeys;
  readonly clock: Clock;
  readonly quota?: EncryptionQuota | undefined;
}

export class TableRekeying {
  readonly #catalog: Catalog;
  readonly #keys: TableKeys;
  readonly #clock: Clock;
  readonly #quota: EncryptionQuota;
  /** Ids of the tables it is at. */
  readonly #underWay = new Set<string>();

  constructor({ catalog, keys, clock, quota = 'aws' }: TableRekeyingOptions) {
    this.#catalog = catalog;
    this.#keys = keys;
    this.#clock = clock;
    this.#quota = quota;
  }

  /** Refuses TableInUse. No table is deleted while its key is changed. */
  refuseDeleting({ id, definition }: TableRecord): void {
    if (!this.#underWay.has(id)) return;
    throw beingUpdated({ definition });
  }

  /**
   * Resolves when the old key is not needed any more. Refuses Validation where there is nothing to change, TableInUse
   * during another change, TableNotFound, TableKeyRefused for the old key or the new one, and LimitExceeded. What is refused
   * does not count.
   */
  async rekey(caller: Caller, known: TableRecord, choice: EncryptionChoice): Promise<void> {
    refuseSameKey(known, choice);
    if (this.#underWay.has(known.id)) throw stillInUse('Server-Side Encryption is still being updated');
    this.#underWay.add(known.id);
    try {
      const nowMs = this.#clock.nowMs();
      this.#counted(known, choice, nowMs);
      const keyId = await keyIdOf(this.#keys, caller, choice);
      const before = known.keys;
      const keys = await this.#keys.rewrap(caller, identityOf(known), keyId);
      // That it could be re-wrapped shows that the key is there, whatever was noticed last.
      const rekeyed = (record: TableRecord) => {
        // A tree that came meanwhile has a key that was not re-wrapped.
        if (!areSameKeys(record.keys, before)) throw beingUpdated(record);
        refuseWithdrawn(record);
        const counted = this.#counted(record, choice, nowMs);
        return { ...recovered(record, nowMs), encryption: choice.kind, keys, ...counted };
      };
      await this.#catalog.update(known, rekeyed);
    } finally {
      this.#underWay.delete(known.id);
    }
  }

  #counted(
    record: TableRecord,
    choice: EncryptionChoice,
    nowMs: number,
  ): Pick<TableRecord, 'encryptionChangesMs'> {
    return this.#quota === 'none' ? {} : { encryptionChangesMs: countedChanges(record, choice, nowMs) };
  }
}

/** Only a key named by its ARN is known to be the same; by any other name the change is made. */
function refuseSameKey({ encryption, keys }: TableRecord, choice: EncryptionChoice): void {
  if (choice.kind === 'owned' && encryption === 'owned') refuse('Table is already encrypted by default');
  if (choice.kind !== 'customer' || choice.keyId !== keys.keyArn) return;
  refuse(
    'Table is already encrypted with given KMSMasterKeyId. ' +
      'Use KMSMasterKeyId parameter if you want to change Master Key',
  );
}

function refuse(why: string): never {
  throw new Refusal('Validation', { message: `One or more parameter values were invalid: ${why}` });
}
