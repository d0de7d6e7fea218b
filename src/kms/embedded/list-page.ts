/** One page of a list, and the sealed marker that leads to the next. */
import { textOf, utf8 } from '../../base/bytes.ts';
import { IntegrityFault, Refusal } from '../../base/errors.ts';
import type { CryptoCore, SecretKey } from '../../crypto/core.ts';
import type { Caller } from '../key-service.ts';
import { lengthPrefixed } from './length-prefixed.ts';

export interface ListRequest<Item> {
  readonly caller: Caller;
  /** The operation and what it filters by: a marker leads on in this list alone. */
  readonly list: string;
  readonly items: readonly Item[];
  /** What orders the items and names one; unique among them. */
  readonly nameOf: (item: Item) => string;
  readonly limit: number;
  readonly marker?: string | undefined;
}

export interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly nextMarker?: string;
}

export class ListMarkers {
  readonly #core: CryptoCore;
  readonly #key: SecretKey;

  constructor(core: CryptoCore, key: SecretKey) {
    this.#core = core;
    this.#key = key;
  }

  /** Refuses InvalidMarker for one this list of this caller did not give. */
  page<Item>({ caller, list, items, nameOf, limit, marker }: ListRequest<Item>): ListPage<Item> {
    const context = lengthPrefixed('cryptable kms marker 1', caller.account, caller.region, list);
    const after = marker === undefined ? undefined : this.#open(marker, context);
    const rest = items
      .map((item) => ({ item, name: nameOf(item) }))
      .filter(({ name }) => after === undefined || name > after)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const taken = rest.slice(0, limit);
    const last = taken.at(-1);
    const page = { items: taken.map(({ item }) => item) };
    if (last === undefined || taken.length === rest.length) return page;
    const sealed = this.#core.sealBytes(this.#key, utf8(last.name), context);
    return { ...page, nextMarker: Buffer.from(sealed).toString('base64url') };
  }

  close(): void {
    this.#key.destroy();
  }

  #open(marker: string, context: Uint8Array): string {
    try {
      return textOf(this.#core.openBytes(this.#key, Buffer.from(marker, 'base64url'), context));
    } catch (fault) {
      if (fault instanceof IntegrityFault) throw new Refusal('InvalidMarker', {});
      throw fault;
    }
  }
}
