/** How far the audit trail goes, kept where whoever cuts off its end cannot cut this too. */
import { textOf, utf8 } from '../base/bytes.ts';
import { IntegrityFault } from '../base/errors.ts';
import type { AnchorPlace } from '../store/anchor-file.ts';
import type { TrailHead, TrailKey } from './segment.ts';

export interface TrailAnchor extends TrailHead {
  readonly trailId: string;
  /** The segment of the last record. */
  readonly segment: number;
}

const context = utf8('cryptable audit anchor 1');

/*
 * Sealed: JSON of StoredAnchor.
 */
interface StoredAnchor {
  readonly trailId: string;
  readonly segment: number;
  readonly records: number;
  readonly link: string;
}

export function sealTrailAnchor({ core, key }: TrailKey, anchor: TrailAnchor): Uint8Array {
  const stored: StoredAnchor = { ...anchor, link: Buffer.from(anchor.link).toString('hex') };
  return core.sealBytes(key, utf8(JSON.stringify(stored)), context);
}

/** Undefined where there is none. Throws IntegrityFault for anything but what sealTrailAnchor made under this key. */
export async function readTrailAnchor(
  { core, key }: TrailKey,
  place: AnchorPlace,
): Promise<TrailAnchor | undefined> {
  const sealed = await place.read();
  if (sealed === undefined) return undefined;
  try {
    const stored = JSON.parse(textOf(core.openBytes(key, sealed, context))) as StoredAnchor;
    return { ...stored, link: Buffer.from(stored.link, 'hex') };
  } catch (fault) {
    throw fault instanceof IntegrityFault ? new IntegrityFault({ record: 'audit anchor' }) : fault;
  }
}
