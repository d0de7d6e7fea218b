/** Making, listing, retiring and revoking grants. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { Refusal } from '../../base/errors.ts';
import type { IsKnown } from '../../iam/named-principal.ts';
import { accountOf, type Naming } from '../../iam/principal.ts';
import { mergedFacts, type RequestFacts, requestFacts } from '../../iam/request-facts.ts';
import type { Caller } from '../key-service.ts';
import type { KeyAccess } from './access.ts';
import {
  allows,
  type GrantPrincipal,
  type GrantRecord,
  type GrantTerms,
  grantsPerKeyMax,
  hasSameTerms,
  isWithin,
} from './grant.ts';
import { arnPrincipal, grantNaming, invalidPrincipal } from './grant-principal.ts';
import { type GrantRequest, grantTerms } from './grant-terms.ts';
import type { GrantTokens } from './grant-token.ts';
import type { KeyRecord } from './key.ts';
import { principalIn } from './key-facts.ts';
import { findKey } from './key-lookup.ts';
import type { KeyRing, RingChange } from './key-ring.ts';
import { type KeyOperation, requireState } from './key-state.ts';
import type { KmsMeter } from './meter.ts';

const grantIdBytes = 32;
const grantIdForm = /^[0-9a-f]{64}$/;

interface GrantBookParts {
  readonly clock: Clock;
  readonly access: KeyAccess;
  readonly ring: KeyRing;
  readonly meter: KmsMeter;
  readonly tokens: GrantTokens;
  /** Whom a grant may name: everybody unless said otherwise. */
  readonly isKnown?: IsKnown | undefined;
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
  readonly #access: KeyAccess;
  readonly #ring: KeyRing;
  readonly #meter: KmsMeter;
  readonly #tokens: GrantTokens;
  readonly #isKnown: IsKnown;

  constructor({ clock, access, ring, meter, tokens, isKnown = () => true }: GrantBookParts) {
    this.#clock = clock;
    this.#access = access;
    this.#ring = ring;
    this.#meter = meter;
    this.#tokens = tokens;
    this.#isKnown = isKnown;
  }

  /**
   * With a name, asking again for the same gives the grant that is there. Refuses as grantTerms, InvalidArn for a principal that
   * there is not, and KeyLimitExceeded.
   */
  create(
    caller: Caller,
    { keyId, dryRun, ...request }: GrantRequest & Rehearsal & { keyId: string },
  ): Promise<MadeGrant> {
    return this.#ring.change(() => {
      const key = findKey(this.#ring, caller, keyId, { forms: 'keyOnly', action: 'CreateGrant' });
      const terms = grantTerms(request, key);
      for (const principal of [terms.grantee, terms.retiree]) {
        if (principal?.kind === 'arn' && !this.#isKnown(principal.name)) throw invalidPrincipal();
      }
      return this.#create(caller, key, { terms, dryRun });
    });
  }

  /** As `create`, by a service for what it keeps for the caller in `holder`. */
  async createFor(
    caller: Caller,
    { arn }: KeyRecord,
    { terms, holder }: { terms: GrantTerms; holder: string },
  ): Promise<string> {
    const { grantId } = await this.#ring.change(() => {
      const key = findKey(this.#ring, caller, arn, { forms: 'keyOnly', action: 'CreateGrant' });
      return this.#create(caller, key, { terms, holder });
    });
    return grantId;
  }

  /** As `createFor`, but nobody is asked, and the key may be in any state: for what was there before its grant. */
  async adopt(
    service: Caller,
    keyArn: string,
    { terms, holder }: { terms: GrantTerms; holder: string },
  ): Promise<string> {
    const { grantId } = await this.#ring.change(() => {
      const key = findKey(this.#ring, service, keyArn, { forms: 'keyOnly', action: 'CreateGrant' });
      const same = this.#same({ ...terms, key, caller: service, holder });
      if (same !== undefined) return { result: same };
      const grant = this.#draw(service, key, { terms, holder });
      return { grants: [grant], result: grant };
    });
    return grantId;
  }

  #create(
    caller: Caller,
    key: KeyRecord,
    { terms, holder, dryRun }: { terms: GrantTerms; holder?: string } & Rehearsal,
  ): RingChange<MadeGrant> {
    const parents = [...this.#ring.grantsOf(key.arn)].filter((grant) => isWithin(terms, grant));
    const context = new Map(terms.constraints.equals ?? terms.constraints.subset ?? []);
    this.#access.require(caller, key, 'CreateGrant', {
      grants: parents,
      context,
      facts: factsOf(terms, caller),
    });
    this.#admit('CreateGrant', key);
    stopRehearsal(dryRun);
    const same = terms.name === '' ? undefined : this.#same({ ...terms, key, caller, holder });
    if (same !== undefined) return { result: this.#made(same) };
    if (this.#ring.grantCountOf(key.arn) >= grantsPerKeyMax) {
      const message = `${key.arn} has ${grantsPerKeyMax} grants already.`;
      throw new Refusal('KeyLimitExceeded', { message });
    }
    const grant = this.#draw(caller, key, { terms, ...(holder !== undefined && { holder }) });
    return { grants: [grant], result: this.#made(grant) };
  }

  #draw(
    caller: Caller,
    { arn }: KeyRecord,
    { terms, holder }: { terms: GrantTerms; holder?: string },
  ): GrantRecord {
    return {
      ...terms,
      ...(holder !== undefined && { holder }),
      grantId: randomBytes(grantIdBytes).toString('hex'),
      keyArn: arn,
      issuingAccount: caller.account,
      createdMs: this.#clock.nowMs(),
    };
  }

  /** The grants of a key. Refuses InvalidGrantId for a filter that no grant can fit. */
  list(caller: Caller, keyId: string, filter: GrantFilter): ListedGrants {
    const key = findKey(this.#ring, caller, keyId, { forms: 'keyOnly', action: 'ListGrants' });
    this.#access.require(caller, key, 'ListGrants', { facts: factsOfWay(caller) });
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
    this.#access.requireOwn(caller, 'ListRetirableGrants');
    this.#meter.count('ListRetirableGrants');
    return this.#retirableBy(caller, { kind: 'arn', name });
  }

  /** As retirable, for a service that asks for itself. */
  retirableByService(caller: Caller, service: string): readonly GrantRecord[] {
    this.#meter.count('ListRetirableGrants');
    if (caller.service !== service) return [];
    return this.#retirableBy(caller, { kind: 'service', name: service });
  }

  /** For the retiring principal, a grantee who may, and the account that made the grant. */
  retire(caller: Caller, { dryRun, ...which }: GrantToRetire & Rehearsal): Promise<void> {
    return this.#ring.change(() => {
      const { key, grant } =
        'token' in which ? this.#byToken(caller, which.token) : this.#byId(caller, which);
      // Of a grant that is not there only the account of its key is told so.
      const ofAccount = key.account === caller.account ? 'account' : undefined;
      const naming = grant === undefined ? ofAccount : retirerNaming(caller, grant);
      this.#access.requireByGrant(caller, key, { action: 'RetireGrant', grant: naming });
      this.#admit('RetireGrant', key);
      const retired = stillThere(grant, which, dryRun);
      // A service retires what it needs no more: nobody else's right hangs on that.
      const change = retired.holder === undefined ? 'removedGrants' : 'retiredGrants';
      return { [change]: [retired], result: undefined };
    });
  }

  revoke(
    caller: Caller,
    { dryRun, ...which }: { readonly keyId: string; readonly grantId: string } & Rehearsal,
  ): Promise<void> {
    return this.#ring.change(() => {
      const key = findKey(this.#ring, caller, which.keyId, { forms: 'keyOnly', action: 'RevokeGrant' });
      this.#access.require(caller, key, 'RevokeGrant', { facts: factsOfWay(caller) });
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

  #same({ key, caller, holder, ...terms }: Terms & Asked): GrantRecord | undefined {
    for (const grant of this.#ring.grantsOf(key.arn)) {
      const isTheirs = grant.issuingAccount === caller.account && grant.holder === holder;
      if (isTheirs && hasSameTerms(grant, terms)) return grant;
    }
    return undefined;
  }

  #retirableBy({ region }: Caller, retiree: GrantPrincipal): readonly GrantRecord[] {
    const theirs = this.#ring.grantsRetirableBy(retiree);
    return [...theirs].filter((grant) => regionOf(grant.keyArn) === region);
  }

  #byToken(caller: Caller, token: string): FoundGrant {
    this.requireTokens(caller, [token]);
    const { keyArn, grantId } = this.#tokens.open(token);
    return {
      key: findKey(this.#ring, caller, keyArn, { forms: 'keyOnly', action: 'RetireGrant' }),
      grant: this.#ring.grant(keyArn, grantId),
    };
  }

  #byId(caller: Caller, { keyId, grantId }: { keyId: string; grantId: string }): FoundGrant {
    const key = findKey(this.#ring, caller, keyId, { forms: 'keyOnly', action: 'RetireGrant' });
    requireGrantId(grantId);
    return { key, grant: this.#ring.grant(key.arn, grantId) };
  }
}

type Terms = ReturnType<typeof grantTerms>;

interface Asked {
  readonly key: KeyRecord;
  readonly caller: Caller;
  readonly holder: string | undefined;
}

interface FoundGrant {
  readonly key: KeyRecord;
  readonly grant: GrantRecord | undefined;
}

/** As whom the caller may retire the grant. */
function retirerNaming(caller: Caller, grant: GrantRecord): Naming {
  const principal = principalIn(caller);
  const namings = [
    grant.retiree === undefined ? undefined : grantNaming(grant.retiree, principal),
    allows(grant, principal, { action: 'RetireGrant', context: new Map() }),
    grant.issuingAccount === caller.account ? ('account' as const) : undefined,
  ];
  return namings.includes('self') ? 'self' : namings.find((naming) => naming !== undefined);
}

/** What policies may ask of a grant that is to be made. */
function factsOf({ operations, grantee, retiree, constraints }: GrantTerms, caller: Caller): RequestFacts {
  const { equals, subset } = constraints;
  const types = [
    ...(equals === undefined ? [] : ['EncryptionContextEquals']),
    ...(subset === undefined ? [] : ['EncryptionContextSubset']),
  ];
  const asked = requestFacts([
    ['kms:GrantOperations', operations],
    ['kms:GrantConstraintType', types],
    ['kms:GranteePrincipal', grantee.name],
    ['kms:RetiringPrincipal', retiree?.name],
  ]);
  return mergedFacts(factsOfWay(caller), asked);
}

/** A service that makes grants for someone makes them for what it keeps for them. */
function factsOfWay({ service, arn }: Caller): RequestFacts {
  return requestFacts([['kms:GrantIsForAWSResource', service !== undefined && arn !== service]]);
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
  { grantId, grantee, holder }: GrantRecord,
  { grantId: id = grantId, grantee: arn, granteeService: service }: GrantFilter,
): boolean {
  if (id !== grantId) return false;
  // A service that made the grant itself is listed as any other principal.
  const isNamedService = grantee.kind === 'service' && holder === undefined;
  if (arn !== undefined && (isNamedService || grantee.name !== arn)) return false;
  return service === undefined || (isNamedService && grantee.name === service);
}

function regionOf(keyArn: string): string | undefined {
  return keyArn.split(':')[3];
}
