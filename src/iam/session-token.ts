/** Sessions: credentials for a while, all that is known of them sealed in their token, so that nothing is kept here. */
import { textOf, utf8 } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { IntegrityFault, Refusal } from '../base/errors.ts';
import type { CryptoCore, SecretKey } from '../crypto/core.ts';
import type { Tag } from './entity.ts';

export interface Session {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly account: string;
  /** Whose session it is: name and id, as another may have the name by now. Absent: the account's root. */
  readonly of?: { readonly kind: 'user' | 'role'; readonly name: string; readonly id: string };
  /** Of a role. */
  readonly name?: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
  /** Texts of policies that bound the session, and ARNs of managed ones. */
  readonly policies?: readonly string[];
  readonly policyArns?: readonly string[];
  readonly tags?: readonly Tag[];
  /** Keys of the tags that a session assumed with this one has too. */
  readonly transitive?: readonly string[];
  readonly sourceIdentity?: string;
}

export interface SessionTokensOptions {
  readonly core: CryptoCore;
  /** The caller's to destroy: tokens of one key are good after a restart. */
  readonly key: SecretKey;
  readonly clock: Clock;
}

const label = utf8('cryptable session token 1');
const form = /^[A-Za-z0-9+/]{100,32768}={0,2}$/;

export class SessionTokens {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;
  readonly #clock: Clock;

  constructor({ core, key, clock }: SessionTokensOptions) {
    this.#core = core;
    this.#key = key;
    this.#clock = clock;
  }

  seal(session: Session): string {
    const sealed = this.#core.sealBytes(this.#key, utf8(JSON.stringify(session)), label);
    return Buffer.from(sealed).toString('base64');
  }

  /** Undefined for what was not sealed here. Tells nothing of whether its time is up. */
  open(token: string): Session | undefined {
    if (!form.test(token)) return undefined;
    try {
      return JSON.parse(textOf(this.#core.openBytes(this.#key, Buffer.from(token, 'base64'), label)));
    } catch (fault) {
      if (fault instanceof IntegrityFault) return undefined;
      throw fault;
    }
  }

  /** Refuses TokenExpired. */
  requireInTime({ expiresMs }: Session): void {
    if (this.#clock.nowMs() >= expiresMs) throw new Refusal('TokenExpired', {});
  }
}
