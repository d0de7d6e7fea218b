/** The newest durable state of a store, to be kept where whoever puts back the store cannot put back this too (R-INT-4). */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import { type CryptoCore, type SecretKey, tagBytes } from '../crypto/core.ts';
import type { StoredHead } from './page-store.ts';

/** What an anchor keeps of a head: no two heads of a tree have both in common. */
export interface AnchoredHead {
  readonly version: number;
  /** The end of its body, which in a sealed head is the tag. */
  readonly tag: string;
}

/** An operator took a store that was not the anchored one. */
export interface AcceptedRollback {
  readonly atMs: number;
  readonly rollback: string;
}

export interface Anchor {
  readonly storeId: string;
  readonly writtenMs: number;
  readonly heads: ReadonlyMap<number, AnchoredHead>;
  /** The newest ones, the last one last. */
  readonly accepted: readonly AcceptedRollback[];
}

export interface AnchorKey {
  readonly core: CryptoCore;
  readonly key: SecretKey;
}

/** What is in a store: compared with its anchor before anything is believed. */
export interface FoundState {
  readonly storeId: string;
  readonly heads: ReadonlyMap<number, AnchoredHead>;
  /** Trees that a store which holds anything never loses. */
  readonly lastingTrees: readonly number[];
}

const format = 1;
const acceptedMax = 16;
const context = utf8('cryptable anchor 1');

/*
 * Sealed: JSON of StoredAnchor, under a key of the key service that is for anchors alone.
 */
interface StoredAnchor {
  readonly format: number;
  readonly storeId: string;
  readonly writtenMs: number;
  readonly heads: readonly (readonly [tree: number, version: number, tag: string])[];
  readonly accepted: readonly AcceptedRollback[];
}

export function sealAnchor({ core, key }: AnchorKey, anchor: Anchor): Uint8Array {
  const { storeId, writtenMs, heads, accepted } = anchor;
  const stored: StoredAnchor = {
    format,
    storeId,
    writtenMs,
    heads: [...heads].map(([tree, { version, tag }]) => [tree, version, tag]),
    accepted: accepted.slice(-acceptedMax),
  };
  return core.sealBytes(key, utf8(JSON.stringify(stored)), context);
}

/** Throws IntegrityFault for anything but what sealAnchor made under this key. */
export function openAnchor({ core, key }: AnchorKey, sealed: Uint8Array): Anchor {
  let text: Uint8Array;
  try {
    text = core.openBytes(key, sealed, context);
  } catch (fault) {
    throw fault instanceof IntegrityFault ? new IntegrityFault({ record: 'anchor' }) : fault;
  }
  const stored = JSON.parse(textOf(text)) as StoredAnchor;
  if (stored.format !== format) throw new IntegrityFault({ record: 'anchor' });
  const { storeId, writtenMs, heads, accepted } = stored;
  return {
    storeId,
    writtenMs,
    heads: new Map(heads.map(([tree, version, tag]) => [tree, { version, tag }])),
    accepted,
  };
}

export function anchoredHead({ version, body }: Pick<StoredHead, 'version' | 'body'>): AnchoredHead {
  const end = body.subarray(Math.max(0, body.length - tagBytes));
  return { version, tag: Buffer.from(end).toString('hex') };
}

/**
 * Undefined where the store is the anchored one or a later state of it; else what was expected and what was found. That a
 * tree of a table is missing is left to the catalogue: it says whether the table was deleted since.
 */
export function rollbackOf(anchor: Anchor, found: FoundState): string | undefined {
  const since = `anchored at ${new Date(anchor.writtenMs).toISOString()}`;
  if (found.storeId !== anchor.storeId) {
    return `Expected store ${anchor.storeId} ${since}, found store ${found.storeId}.`;
  }
  for (const [tree, expected] of anchor.heads) {
    const head = found.heads.get(tree);
    const wanted = `Expected version ${expected.version} or later of tree ${tree} ${since}`;
    if (head === undefined && found.lastingTrees.includes(tree)) return `${wanted}, found none.`;
    if (head === undefined) continue;
    if (head.version < expected.version) return `${wanted}, found version ${head.version}.`;
    if (head.version === expected.version && head.tag !== expected.tag) {
      return `${wanted}, found another version ${head.version}: the store is a copy that went its own way.`;
    }
  }
  return undefined;
}
