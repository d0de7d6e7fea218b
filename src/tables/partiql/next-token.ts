/** NextToken: where a SELECT goes on, sealed so that nobody makes one up, and for this statement alone. */
import { utf8 } from '../../base/bytes.ts';
import { IntegrityFault } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { AttributeValue, Item } from '../attribute.ts';
import { refuse } from '../expression/refusal.ts';
import { decodeItem, encodeItem } from '../item.ts';

export const invalidToken = 'The provided NextToken is invalid';

/** What a token is bound to: it opens for nothing else. */
export interface TokenScope {
  readonly tableArn: string;
  readonly statement: string;
  readonly parameters: readonly AttributeValue[];
}

export interface NextTokensOptions {
  readonly core: CryptoCore;
  /** The caller's to destroy: tokens are good as long as the key is. */
  readonly key: SecretKey;
}

export class NextTokens {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;

  constructor({ core, key }: NextTokensOptions) {
    this.#core = core;
    this.#key = key;
  }

  seal(startKey: Item, scope: TokenScope): string {
    const sealed = this.#core.sealBytes(this.#key, encodeItem(startKey), contextOf(scope));
    return Buffer.from(sealed).toString('base64');
  }

  /** Refuses a token of another statement, table or key, and one that nobody made. */
  open(token: string, scope: TokenScope): Item {
    try {
      const bytes = this.#core.openBytes(this.#key, Buffer.from(token, 'base64'), contextOf(scope));
      return decodeItem(bytes, 0, bytes.length);
    } catch (fault) {
      if (!(fault instanceof IntegrityFault)) throw fault;
      refuse(invalidToken);
    }
  }
}

/** An item's bytes say where each part ends, so that no two scopes have the same. */
function contextOf({ tableArn, statement, parameters }: TokenScope): Uint8Array {
  return encodeItem(
    new Map<string, AttributeValue>([
      ['use', { B: utf8('PartiQL NextToken') }],
      ['table', { S: tableArn }],
      ['statement', { S: statement }],
      ['parameters', { L: parameters }],
    ]),
  );
}
