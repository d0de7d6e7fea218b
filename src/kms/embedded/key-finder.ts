/** Which key is meant, for those who write down what was asked: no use of the key, and no word to the caller. */
import { Refusal } from '../../base/errors.ts';
import type { Caller } from '../key-service.ts';
import { splitCiphertext } from './ciphertext.ts';
import type { GrantName, GrantTokens } from './grant-token.ts';
import { findKey } from './key-lookup.ts';
import type { KeyRing } from './key-ring.ts';

export class KeyFinder {
  readonly #ring: KeyRing;
  readonly #tokens: Pick<GrantTokens, 'open'>;

  constructor(ring: KeyRing, tokens: Pick<GrantTokens, 'open'>) {
    this.#ring = ring;
    this.#tokens = tokens;
  }

  /** The ARN of the key that a name means to a caller. Undefined where there is none, or none the caller may see. */
  arnOf(caller: Caller, name: string): string | undefined {
    try {
      return findKey(this.#ring, caller, name, { forms: 'any', action: 'DescribeKey' }).arn;
    } catch (fault) {
      if (fault instanceof Refusal) return undefined;
      throw fault;
    }
  }

  /**
   * The same, of the key that a ciphertext names; also of one that was deleted since. Whoever holds a ciphertext of another
   * account's key, or of the service's own, is told of it by an answer alone: a record of what was refused names none.
   */
  arnOfCiphertext(caller: Caller, ciphertext: Uint8Array): string | undefined {
    const keyId = splitCiphertext(ciphertext)?.keyId;
    if (keyId === undefined) return undefined;
    const key = this.#ring.key(keyId, caller.region);
    const arn = (key ?? this.#ring.deletedKey(keyId, caller.region))?.arn;
    // The table service knows whose keys it asks for.
    if (arn === undefined || caller.service !== undefined) return arn;
    return key?.owner === 'OWNED' || accountOf(arn) !== caller.account ? undefined : arn;
  }

  /** The grant that a token names, whether it still stands or not; undefined for what was not given out here. */
  grantOf(token: string): GrantName | undefined {
    try {
      return this.#tokens.open(token);
    } catch (fault) {
      if (fault instanceof Refusal) return undefined;
      throw fault;
    }
  }

  /** True for the table service's own keys, whose use nobody sees. */
  isOwned(arn: string): boolean {
    const [, , , region = '', , resource = ''] = arn.split(':');
    return this.#ring.key(resource.slice('key/'.length), region)?.owner === 'OWNED';
  }
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
