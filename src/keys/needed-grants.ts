/** Which of the table service's grants are needed, so that those that are not can be given back. */
import type { Clock } from '../base/clock.ts';
import type { KeyService, TableGrant } from '../kms/key-service.ts';
import { serviceIn } from './table-identity.ts';

/** A table that is being made, or put under another key, is in the catalogue within this time, or never. */
export const grantUseMs = 10 * 60_000;

export interface NeededGrantsOptions {
  readonly service: Pick<KeyService, 'tableGrants'>;
  readonly clock: Clock;
  /** The store. */
  readonly holder: string;
  /** The key that the table is under, where there is the table. */
  readonly keyArnOf: (tableId: string) => string | undefined;
}

/**
 * A grant is made before its table is stored, and given back after that table is gone: whatever comes between leaves a
 * grant without a table, never a table without its grant. What is left is found here.
 */
export class NeededGrants {
  readonly #options: NeededGrantsOptions;
  /** When a grant was last asked for, by table. */
  readonly #askedMs = new Map<string, number>();

  constructor(options: NeededGrantsOptions) {
    this.#options = options;
  }

  /** A grant for this table is about to be asked for. */
  note(tableId: string): void {
    this.#askedMs.set(tableId, this.#options.clock.monotonicMs());
  }

  /** From now on the table's record alone says which grant it needs. */
  forget(tableId: string): void {
    this.#askedMs.delete(tableId);
  }

  /** Gives back what no table needs. Whoever calls it knows for certain which tables there are. Rejects where one stays. */
  async retireOthers(): Promise<void> {
    const { service, holder } = this.#options;
    const { tableGrants: grants } = service;
    if (grants === undefined) return;
    this.#forgetOld();
    const faults: unknown[] = [];
    for (const grant of grants.heldBy(holder)) {
      if (this.#isNeeded(grant)) continue;
      const region = grant.keyArn.split(':')[3] ?? '';
      // A key whose policy forbids it must not keep the grants on others.
      await grants.retire(serviceIn({ account: grant.account, region }), grant).catch((fault: unknown) => {
        faults.push(fault);
      });
    }
    if (faults.length > 0) throw faults[0];
  }

  #isNeeded({ name, keyArn }: TableGrant): boolean {
    return this.#options.keyArnOf(name) === keyArn || this.#askedMs.has(name);
  }

  #forgetOld(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [tableId, askedMs] of this.#askedMs) {
      if (nowMs - askedMs >= grantUseMs) this.#askedMs.delete(tableId);
    }
  }
}
