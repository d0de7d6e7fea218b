/** Making, moving, removing and listing aliases. */
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import type { KeyAccess } from './access.ts';
import { type AliasRecord, aliasArn, aliasesPerKeyMax, checkAliasName, managedAlias } from './alias.ts';
import { isIn, type KeyRecord } from './key.ts';
import { aliasIn, findKey } from './key-lookup.ts';
import type { KeyRing } from './key-ring.ts';
import { isSameKind } from './key-spec.ts';
import { requireState } from './key-state.ts';
import type { KmsMeter } from './meter.ts';

/** A predefined alias is listed before its key is made, and then has neither target nor dates. */
export type ListedAlias = Pick<AliasRecord, 'name' | 'account' | 'region'> & Partial<AliasRecord>;

interface AliasBookParts {
  readonly clock: Clock;
  readonly access: KeyAccess;
  readonly ring: KeyRing;
  readonly meter: KmsMeter;
}

export class AliasBook {
  readonly #clock: Clock;
  readonly #access: KeyAccess;
  readonly #ring: KeyRing;
  readonly #meter: KmsMeter;

  constructor({ clock, access, ring, meter }: AliasBookParts) {
    this.#clock = clock;
    this.#access = access;
    this.#ring = ring;
    this.#meter = meter;
  }

  /** Refuses a bad or reserved name, AliasExists, and a key that is not there, not the caller's to name, or full. */
  create(caller: Caller, name: string, targetKeyId: string): Promise<void> {
    checkAliasName(name);
    const { account, region } = caller;
    this.#requireAlias(caller, 'CreateAlias', name);
    return this.#ring.change(() => {
      const key = this.#target(caller, 'CreateAlias', targetKeyId);
      if (this.#ring.alias({ account, region, name }) !== undefined) {
        throw new Refusal('AliasExists', { aliasArn: aliasArn(region, account, name) });
      }
      this.#requireRoom(key);
      const nowMs = this.#clock.nowMs();
      const times = { createdMs: nowMs, updatedMs: nowMs };
      return { aliases: [{ name, account, region, targetKeyId: key.keyId, ...times }], result: undefined };
    });
  }

  update(caller: Caller, name: string, targetKeyId: string): Promise<void> {
    checkAliasName(name);
    this.#requireAlias(caller, 'UpdateAlias', name);
    return this.#ring.change(() => {
      const alias = this.#existing(caller, name);
      const key = this.#target(caller, 'UpdateAlias', targetKeyId);
      const current = this.#ring.key(alias.targetKeyId, alias.region);
      if (current !== undefined) this.#access.require(caller, current, 'UpdateAlias');
      if (current !== undefined && !isSameKind(current, key)) {
        const message = `${key.arn} is of another type, or for another usage, than ${current.arn}.`;
        throw new Refusal('Validation', { message });
      }
      if (alias.targetKeyId !== key.keyId) this.#requireRoom(key);
      return {
        aliases: [{ ...alias, targetKeyId: key.keyId, updatedMs: this.#clock.nowMs() }],
        result: undefined,
      };
    });
  }

  delete(caller: Caller, name: string): Promise<void> {
    checkAliasName(name);
    this.#requireAlias(caller, 'DeleteAlias', name);
    return this.#ring.change(() => {
      const alias = this.#existing(caller, name);
      const key = this.#ring.key(alias.targetKeyId, alias.region);
      if (key !== undefined) {
        this.#access.require(caller, key, 'DeleteAlias');
        requireState('DeleteAlias', key);
      }
      this.#meter.count('DeleteAlias', key?.arn);
      return { removedAliases: [alias], result: undefined };
    });
  }

  /** The caller's aliases, or those of one key; with the predefined one in any case where no key is named. */
  list(caller: Caller, keyId?: string): readonly ListedAlias[] {
    const { account, region } = caller;
    this.#access.requireOwn(caller, 'ListAliases');
    if (keyId !== undefined) {
      const key = findKey(this.#ring, caller, keyId, { forms: 'keyOnly', action: 'ListAliases' });
      // No policy of a key has a say in this, but aliases of another account's keys are not the caller's to see.
      if (!isIn(caller, key)) this.#access.require(caller, key, 'ListAliases');
      this.#meter.count('ListAliases', key.arn);
      return this.#ring.aliasesOf(key);
    }
    this.#meter.count('ListAliases');
    const own: ListedAlias[] = [...this.#ring.aliases()].filter(
      (alias) => alias.account === account && alias.region === region,
    );
    if (!own.some(({ name }) => name === managedAlias)) own.push({ name: managedAlias, account, region });
    return own;
  }

  /** An alias has no policy: the caller's own decide on it, and on its key that of the key. */
  #requireAlias(caller: Caller, action: string, name: string): void {
    this.#access.requireOwn(caller, action, { resource: aliasArn(caller.region, caller.account, name) });
  }

  #target(caller: Caller, operation: 'CreateAlias' | 'UpdateAlias', targetKeyId: string): KeyRecord {
    if (aliasIn(targetKeyId) !== undefined) {
      throw new Refusal('Validation', { message: 'Aliases must refer to keys. Not aliases' });
    }
    const key = findKey(this.#ring, caller, targetKeyId, { forms: 'keyOnly', action: operation });
    this.#access.require(caller, key, operation);
    this.#meter.count(operation, key.arn);
    requireState(operation, key);
    return key;
  }

  #existing({ account, region }: Caller, name: string): AliasRecord {
    const alias = this.#ring.alias({ account, region, name });
    if (alias === undefined) {
      throw new Refusal('AliasNotFound', { aliasArn: aliasArn(region, account, name) });
    }
    return alias;
  }

  #requireRoom(key: KeyRecord): void {
    if (this.#ring.aliasesOf(key).length < aliasesPerKeyMax) return;
    const message = `${key.arn} has ${aliasesPerKeyMax} aliases already.`;
    throw new Refusal('KeyLimitExceeded', { message });
  }
}
