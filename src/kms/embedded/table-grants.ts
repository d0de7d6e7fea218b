/** Grants to the table service itself, one a table: asked for by whoever makes the table, given back by the service. */
import type { Caller, EncryptionContext, GrantForTable, TableGrant, TableGrants } from '../key-service.ts';
import type { KeyAccess } from './access.ts';
import type { GrantOperation, GrantPrincipal, GrantTerms } from './grant.ts';
import type { GrantBook } from './grant-book.ts';
import { requireConstrainable } from './grant-terms.ts';
import { type KeyRecord, regionOf } from './key.ts';
import { principalIn, regionalName } from './key-facts.ts';
import type { KeyRing } from './key-ring.ts';

/** What a table needs done with its key (aws-behaviour §2.4). */
export const tableGrantOperations: readonly GrantOperation[] = [
  'DescribeKey',
  'GenerateDataKey',
  'Decrypt',
  'Encrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'RetireGrant',
];

interface EmbeddedTableGrantsParts {
  readonly ring: KeyRing;
  readonly access: KeyAccess;
  readonly book: GrantBook;
}

export class EmbeddedTableGrants implements TableGrants {
  readonly #ring: KeyRing;
  readonly #access: KeyAccess;
  readonly #book: GrantBook;

  constructor({ ring, access, book }: EmbeddedTableGrantsParts) {
    this.#ring = ring;
    this.#access = access;
    this.#book = book;
  }

  async create(caller: Caller, wanted: GrantForTable): Promise<string | undefined> {
    const key = this.#key(wanted.keyArn);
    if (key === undefined) return undefined;
    requireConstrainable(key);
    return await this.#book.createFor(caller, key, { terms: termsOf(caller, wanted), holder: wanted.holder });
  }

  async adopt(service: Caller, wanted: GrantForTable): Promise<string | undefined> {
    if (this.#key(wanted.keyArn) === undefined) return undefined;
    return await this.#book.adopt(service, wanted.keyArn, {
      terms: termsOf(service, wanted),
      holder: wanted.holder,
    });
  }

  async retire(service: Caller, { keyArn, grantId }: TableGrant): Promise<void> {
    // Whoever could revoke it did, or it went with its key.
    if (this.#ring.grant(keyArn, grantId) === undefined) return;
    await this.#book.retire(service, { keyId: keyArn, grantId });
  }

  heldBy(holder: string): readonly TableGrant[] {
    return [...this.#ring.grantsHeldBy(holder)].map(({ name, keyArn, grantId, issuingAccount }) => ({
      name,
      keyArn,
      grantId,
      account: issuingAccount,
    }));
  }

  /** Refuses KeyAccessDenied where the service, at work for this caller, may not itself open what is under the key. */
  requireOwnRight(caller: Caller, keyArn: string, context: EncryptionContext): void {
    const key = this.#key(keyArn);
    const { service, account, region, sourceArn } = caller;
    if (key === undefined || service === undefined || principalIn(caller).kind === 'service') return;
    const itself = { arn: service, account, region, service, ...(sourceArn !== undefined && { sourceArn }) };
    this.#access.require(itself, key, 'Decrypt', { context });
  }

  /** A key that is the service's own, or of another key service, has no grants. */
  #key(keyArn: string): KeyRecord | undefined {
    const key = this.#ring.key(keyArn.slice(keyArn.lastIndexOf('/') + 1), regionOf(keyArn));
    return key?.arn === keyArn && key.owner !== 'OWNED' ? key : undefined;
  }
}

function termsOf(caller: Caller, { name, context }: GrantForTable): GrantTerms {
  const service: GrantPrincipal = { kind: 'service', name: regionalName(caller) ?? '' };
  return {
    name,
    grantee: service,
    retiree: service,
    operations: tableGrantOperations,
    constraints: { subset: [...context] },
  };
}
