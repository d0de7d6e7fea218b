/** Names a grant to those who were handed it: opaque, each one different, and of this store alone. */
import { textOf, utf8 } from '../../base/bytes.ts';
import { IntegrityFault, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { GrantRecord } from './grant.ts';
import { lengthPrefixed } from './length-prefixed.ts';

const bound = lengthPrefixed('cryptable kms grant token 1');

export type GrantName = Pick<GrantRecord, 'keyArn' | 'grantId'>;

export class GrantTokens {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;

  constructor(core: CryptoCore, key: SecretKey) {
    this.#core = core;
    this.#key = key;
  }

  make({ keyArn, grantId }: GrantName): string {
    const sealed = this.#core.sealBytes(this.#key, utf8(`${grantId} ${keyArn}`), bound);
    return Buffer.from(sealed).toString('base64url');
  }

  /** Refuses InvalidGrantToken for what was not made here. Whether the grant still stands is not asked. */
  open(token: string): GrantName {
    let text: string;
    try {
      text = textOf(this.#core.openBytes(this.#key, Buffer.from(token, 'base64url'), bound));
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw new Refusal('InvalidGrantToken', {});
      throw fault;
    }
    const space = text.indexOf(' ');
    return { grantId: text.slice(0, space), keyArn: text.slice(space + 1) };
  }

  close(): void {
    this.#key.destroy();
  }
}
