/** Ids that tell a table from every other, also from one of its name before or after it. */
import { fillRandom } from '../crypto/random.ts';

const groups = [8, 12, 16, 20];

/**
 * A UUID of version 4 (RFC 9562 §5.4). The kernel has a part in it: ids are bound into what seals data keys, and two
 * clones of a machine must not draw the same.
 */
export function newTableId(): string {
  const bytes = Buffer.alloc(16);
  fillRandom(bytes);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  const parts = groups.map((end, index) => hex.slice(groups[index - 1] ?? 0, end));
  return [...parts, hex.slice(20)].join('-');
}
