/** Making, listing, retiring and revoking grants. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import { deniedRefusal, isGranted, requireAccess } from './access.ts';
import { type GrantRecord, grantsPerKeyMax, hasSameTerms, isWithin } from './grant.ts';
import { accountOf, arnPrincipal, isMatchedBy } from './grant-principal.ts';
import { type GrantRequest, grantTerms } from './grant-terms.ts';
import type { GrantTokens } from './grant-token.ts';
import type { KeyRecord } from './key.ts';
import { findKey } from './key-lookup.ts';
import type { KeyRing } from './key-ring.ts';
import { type KeyOperation, requireState } from './key-state.ts';
import type { KmsMeter } from './meter.ts';

const grantIdBytes = 32;
const grantIdForm = /^[0-9a-f]{64}$/;

interface GrantBookParts {
  readonly clock: Clock;
  readonly ring: KeyRing;
  readonly meter: KmsMeter;
  readonly tokens: GrantTokens;
}

export interface MadeGrant {
  readonly grantId: string;
  /** Another one each time; all of them name the grant. */
  readonly token: string;
}

/** A grant by its token, or by its key and id. */
export type GrantToRetire = { readonly token: string } | { readonly keyId: string; readonly grantId: string };

/** What ListGrants shows; each filter that is given must fit. */
export interface GrantFilter {
  readonly grantId?: string | undefined;
  readonly grantee?: string | undefined;
  readonly granteeService?: string | undefined;
}

export interface ListedGrants {
  readonly keyArn: string;
  readonly grants: readonly GrantRecord[];
}

interface Rehearsal {
  /** Everything is checked, nothing is done: refuses DryRun. */
  readonly dryRun?: boolean | undefined;
}

export class GrantBook {
  readonly #clock: Clock;
  readonly #ring: KeyRing;
  readonly #meter: KmsMeter;
  readonly #tokens: GrantTokens;

  constructor({ clock, ring, meter, tokens }: GrantBookParts) {
    this.#clock = clock;
    this.#ring = ring;
    this.#meter = meter;
    this.#tokens = tokens;
  }

  /** With a name, asking again for the same gives the grant that is there. Refuses as grantTerms, and KeyLimitExceeded. */
  create(
    caller: Caller,
    { keyId, dryRun, ...request }: GrantRequest & Rehearsal & { keyId: string },
  ): Promise<MadeGrant> {
    return this.#ring.change(() => {
      const key = findKey(this.#ring, caller, keyId, 'keyOnly');
      const terms = grantTerms(request, key);
      const parents = [...this.#ring.grantsOf(key.arn)].filter((grant) => isWithin(terms, grant));
      requireAccess(caller, key, 'CreateGrant', { grants: parents });
      this.#admit('CreateGrant', key);
      stopRehearsal(dryRun);
      const same = terms.name === '' ? undefined : this.#same({ ...terms, key, caller });
      if (same !== undefined) return { result: this.#made(same) };
      if (this.#ring.grantCountOf(key.arn) >= grantsPerKeyMax) {
        const message = `${key.arn} has ${grantsPerKeyMax} grants already.`;
        throw new Refusal('KeyLimitExceeded', { message });
      }
      const grant: GrantRecord = {
        ...terms,
        grantId: randomBytes(grantIdBytes).toString('hex'),
        keyArn: key.arn,
        issuingAccount: caller.account,
        createdMs: this.#clock.nowMs(),
      };
      return { grants: [grant], result: this.#made(grant) };
    });
  }

  /** The grants of a key. Refuses InvalidGrantId for a filter that no grant can fit. */
  list(caller: Caller, keyId: string, filter: GrantFilter): ListedGrants {
    const key = findKey(this.#ring, caller, keyId, 'keyOnly');
    requireAccess(caller, key, 'ListGrants');
    this.#admit('ListGrants', key);
    if (filter.grantId !== undefined) requireGrantId(filter.grantId);
    const grants = [...this.#ring.grantsOf(key.arn)].filter((grant) => fits(grant, filter));
    return { keyArn: key.arn, grants };
  }

  /** What a principal of the caller's own account may retire in the region, whose key it may be. */
  retirable(caller: Caller, retiringArn: string): readonly GrantRecord[] {
    const { name } = arnPrincipal(retiringArn);
    if (accountOf(name) !== caller.account) {
      throw new Refusal('KeyAccessDenied', {
        message:
          `User: ${caller.arn} is not authorized to perform: kms:ListRetirableGrants on resource: ${name} ` +
          'because no resource-based policy allows the kms:ListRetirableGrants action',
      });
    }
    this.#meter.count('ListRetirableGrants');
    return this.#retirableBy(caller, ({ retiree }) => retiree?.kind === 'arn' && retiree.name === name);
  }

  /** As retirable, for a service that asks for itself. */
  retirableByService(caller: Caller, service: string): readonly GrantRecord[] {
    this.#meter.count('ListRetirableGrants');
    if (caller.service !== service) return [];
    return this.#retirableBy(
      caller,
      ({ retiree }) => retiree?.kind === 'service' && retiree.name === service,
    );
  }

  /** For the retiring principal, a grantee who may, and the account that made the grant. */
  retire(caller: Caller, { dryRun, ...which }: GrantToRetire & Rehearsal): Promise<void> {
    return this.#ring.change(() => {
      const { key, grant } =
        'token' in which ? this.#byToken(caller, which.token) : this.#byId(caller, which);
      const may = grant === undefined ? key.account === caller.account : mayRetire(caller, key, grant);
      if (!may) throw deniedRefusal(caller, key, 'RetireGrant');
      this.#admit('RetireGrant', key);
      return { removedGrants: [stillThere(grant, which, dryRun)], result: undefined };
    });
  }

  revoke(
    caller: Caller,
    { dryRun, ...which }: { readonly keyId: string; readonly grantId: string } & Rehearsal,
  ): Promise<void> {
    return this.#ring.change(() => {
      const key = findKey(this.#ring, caller, which.keyId, 'keyOnly');
      requireAccess(caller, key, 'RevokeGrant');
      this.#admit('RevokeGrant', key);
      requireGrantId(which.grantId);
      const grant = this.#ring.grant(key.arn, which.grantId);
      return { removedGrants: [stillThere(grant, which, dryRun)], result: undefined };
    });
  }

  /**
   * Grants count from the moment they are made, so a token adds nothing to them: it must only be one. Refuses
   * InvalidGrantToken for a token that was not given out here, or whose grant is gone.
   */
  requireTokens(caller: Caller, tokens: readonly string[] = []): void {
    for (const token of tokens) {
      const { keyArn, grantId } = this.#tokens.open(token);
      const stands = this.#ring.grant(keyArn, grantId) !== undefined && regionOf(keyArn) === caller.region;
      if (!stands) throw new Refusal('InvalidGrantToken', {});
    }
  }

  #admit(operation: KeyOperation, key: KeyRecord): void {
    this.#meter.count(operation, key.arn);
    requireState(operation, key);
  }

  #made(grant: GrantRecord): MadeGrant {
    return { grantId: grant.grantId, token: this.#tokens.make(grant) };
  }

  #same({ key, caller, ...terms }: Terms & { key: KeyRecord; caller: Caller }): GrantRecord | undefined {
    for (const grant of this.#ring.grantsOf(key.arn)) {
      if (grant.issuingAccount === caller.account && hasSameTerms(grant, terms)) return grant;
    }
    return undefined;
  }

  #retirableBy({ region }: Caller, is: (grant: GrantRecord) => boolean): readonly GrantRecord[] {
    return [...this.#ring.grants()].filter((grant) => regionOf(grant.keyArn) === region && is(grant));
  }

  #byToken(caller: Caller, token: string): FoundGrant {
    this.requireTokens(caller, [token]);
    const { keyArn, grantId } = this.#tokens.open(token);
    return {
      key: findKey(this.#ring, caller, keyArn, 'keyOnly'),
      grant: this.#ring.grant(keyArn, grantId),
    };
  }

  #byId(caller: Caller, { keyId, grantId }: { keyId: string; grantId: string }): FoundGrant {
    const key = findKey(this.#ring, caller, keyId, 'keyOnly');
    requireGrantId(grantId);
    return { key, grant: this.#ring.grant(key.arn, grantId) };
  }
}

type Terms = ReturnType<typeof grantTerms>;

interface FoundGrant {
  readonly key: KeyRecord;
  readonly grant: GrantRecord | undefined;
}

function mayRetire(caller: Caller, key: KeyRecord, grant: GrantRecord): boolean {
  if (grant.issuingAccount === caller.account) return true;
  if (grant.retiree !== undefined && isMatchedBy(grant.retiree, caller)) return true;
  return isGranted(caller, key, 'RetireGrant', { grants: [grant] });
}

function stillThere(
  grant: GrantRecord | undefined,
  which: GrantToRetire,
  dryRun: boolean | undefined,
): GrantRecord {
  if (grant === undefined) {
    throw new Refusal('GrantNotFound', { grantId: 'grantId' in which ? which.grantId : '' });
  }
  stopRehearsal(dryRun);
  return grant;
}

function stopRehearsal(dryRun: boolean | undefined): void {
  if (dryRun === true) throw new Refusal('DryRun', {});
}

function requireGrantId(grantId: string): void {
  if (!grantIdForm.test(grantId)) throw new Refusal('InvalidGrantId', {});
}

function fits(
  { grantId, grantee }: GrantRecord,
  { grantId: id = grantId, grantee: arn, granteeService: service }: GrantFilter,
): boolean {
  if (id !== grantId) return false;
  if (arn !== undefined && (grantee.kind !== 'arn' || grantee.name !== arn)) return false;
  return service === undefined || (grantee.kind === 'service' && grantee.name === service);
}

function regionOf(keyArn: string): string | undefined {
  return keyArn.split(':')[3];
}
