/** Changes of a replica as bytes. */
import { equalBytes } from '../../base/bytes.ts';
import { IntegrityFault } from '../../base/errors.ts';
import { regionForm } from '../../lifecycle/replica-peers.ts';
import { ByteReader } from '../../tables/byte-reader.ts';
import { ByteWriter } from '../../tables/byte-writer.ts';
import { decodeItem, encodedItemBytes, encodeItem } from '../../tables/item.ts';
import { itemBytesMax } from '../../tables/item-size.ts';
import type { ReplicaChange } from '../../tables/replication/replica-change.ts';
import type { Stamp } from '../../tables/replication/stamp.ts';
import { WireFault } from './wire-fault.ts';

/*
 *  changes   count │ { key, length in front │ flags, 1 byte │ stamp? │ item?, length in front }
 *  stamp     ms │ count │ region, length in front
 *
 * Counts, lengths and numbers are LEB128. The item is as it lies in its table: it is read whole before it is believed.
 */
const flags = { stamp: 1, item: 2 } as const;
/** A tree key holds a hash key of 2 KB and a range key of 1 KB, escaped. */
export const treeKeyBytesMax = 8192;

const writer = new ByteWriter();

export function encodeChanges(changes: readonly ReplicaChange[]): Uint8Array {
  writer.begin();
  writer.count(changes.length);
  for (const { key, stamp, item } of changes) {
    writer.bytes(key);
    writer.byte((stamp === undefined ? 0 : flags.stamp) | (item === undefined ? 0 : flags.item));
    if (stamp !== undefined) writeStamp(stamp);
    if (item !== undefined) writer.bytes(item);
  }
  return writer.finish();
}

function writeStamp({ ms, count, region }: Stamp): void {
  writer.count(ms);
  writer.count(count);
  writer.text(region);
}

/** Throws a WireFault, also for items that this process would not have written itself. */
export function decodeChanges(bytes: Uint8Array): readonly ReplicaChange[] {
  try {
    const reader = new ByteReader(bytes, 0);
    const changes: ReplicaChange[] = [];
    for (let left = reader.elementCount(); left > 0; left--) changes.push(readChange(reader, changes.length));
    if (!reader.atEnd()) throw new WireFault('changes');
    return changes;
  } catch (fault) {
    // The reader was made for what this process sealed itself; a peer is no tampered store.
    if (fault instanceof IntegrityFault) throw new WireFault('changes');
    throw fault;
  }
}

function readChange(reader: ByteReader, index: number): ReplicaChange {
  const place = `changes.${index}`;
  const key = reader.bytes();
  if (key.length === 0 || key.length > treeKeyBytesMax) throw new WireFault(`${place}.key`);
  const given = reader.byte();
  if (given > (flags.stamp | flags.item)) throw new WireFault(`${place}.flags`);
  const stamp = (given & flags.stamp) === 0 ? undefined : readStamp(reader, place);
  const item = (given & flags.item) === 0 ? undefined : readItem(reader, place);
  // What was never written since there are replicas was not deleted either.
  if (stamp === undefined && item === undefined) throw new WireFault(`${place}.stamp`);
  return { key, stamp, item };
}

function readStamp(reader: ByteReader, place: string): Stamp {
  const stamp = { ms: reader.count(), count: reader.count(), region: reader.text() };
  if (!regionForm.test(stamp.region)) throw new WireFault(`${place}.stamp.region`);
  return stamp;
}

/** Written again it has to be the same bytes: what would read otherwise than it was written is refused. */
function readItem(reader: ByteReader, place: string): Uint8Array {
  const bytes = reader.bytes();
  if (encodedItemBytes(bytes) > itemBytesMax || !isOurs(bytes)) throw new WireFault(`${place}.item`);
  return bytes;
}

function isOurs(bytes: Uint8Array): boolean {
  return equalBytes(encodeItem(decodeItem(bytes)), bytes);
}
