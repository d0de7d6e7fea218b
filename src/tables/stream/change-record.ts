/** One change of an item as its stream keeps it, and its bytes. */
import { assert, IntegrityFault } from '../../base/errors.ts';
import type { Item } from '../attribute.ts';
import { ByteReader } from '../byte-reader.ts';
import { ByteWriter } from '../byte-writer.ts';
import { decodeItem, encodeItem } from '../item.ts';
import { itemBytes } from '../item-size.ts';
import { type KeySchema, keyOf } from '../key-schema.ts';
import { equalValues } from '../value-order.ts';
import type { ItemChange } from '../write-follower.ts';
import type { StreamViewType } from './stream-state.ts';

export type ChangeKind = 'INSERT' | 'MODIFY' | 'REMOVE';

export interface ChangeRecord {
  readonly kind: ChangeKind;
  /** The service itself removed the item, since its time was up. */
  readonly isExpired: boolean;
  readonly createdAtMs: number;
  readonly keys: Item;
  readonly newImage: Item | undefined;
  readonly oldImage: Item | undefined;
}

/*
 *  record  01 │ kind, +4 where the item expired │ created, milliseconds since 1970, LEB128 │ images: 1 new, 2 old │
 *          keys │ new image │ old image; each as its length, LEB128, and the bytes of item.ts
 */
const format = 1;
const kinds = ['INSERT', 'MODIFY', 'REMOVE'] as const satisfies readonly ChangeKind[];
const expiredFlag = 4;
const newFlag = 1;
const oldFlag = 2;

const writer = new ByteWriter();

export interface ChangeView {
  readonly view: StreamViewType;
  readonly keySchema: KeySchema;
}

/** What a stream keeps of a change; undefined where the item stayed as it was. */
export function changeRecord(
  { old, next, isExpired = false }: ItemChange,
  { view, keySchema }: ChangeView,
  nowMs: number,
): ChangeRecord | undefined {
  const before = old?.item;
  const item = next ?? before;
  assert(item !== undefined, 'an item is there before or after its change');
  if (before !== undefined && next !== undefined && equalValues({ M: before }, { M: next })) return undefined;
  return {
    kind: before === undefined ? 'INSERT' : next === undefined ? 'REMOVE' : 'MODIFY',
    isExpired,
    createdAtMs: nowMs,
    keys: keyOf(keySchema, item),
    newImage: view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? next : undefined,
    oldImage: view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES' ? before : undefined,
  };
}

/** By DynamoDB's rules: the keys, and the images beside them. */
export function changeBytes({ keys, newImage, oldImage }: ChangeRecord): number {
  return [keys, newImage, oldImage].reduce(
    (sum, part) => sum + (part === undefined ? 0 : itemBytes(part)),
    0,
  );
}

export function encodeChange({
  kind,
  isExpired,
  createdAtMs,
  keys,
  newImage,
  oldImage,
}: ChangeRecord): Uint8Array {
  writer.begin();
  writer.byte(format);
  writer.byte(kinds.indexOf(kind) + (isExpired ? expiredFlag : 0));
  writer.count(createdAtMs);
  writer.byte((newImage === undefined ? 0 : newFlag) + (oldImage === undefined ? 0 : oldFlag));
  for (const part of [keys, newImage, oldImage]) if (part !== undefined) writer.bytes(encodeItem(part));
  return writer.finish();
}

/** Throws an IntegrityFault where the bytes are none of encodeChange's. */
export function decodeChange(bytes: Uint8Array): ChangeRecord {
  const reader = new ByteReader(bytes, 0);
  if (reader.byte() !== format) throw new IntegrityFault();
  const flags = reader.byte();
  const kind = kinds[flags & ~expiredFlag];
  if (kind === undefined) throw new IntegrityFault();
  const createdAtMs = reader.count();
  const images = reader.byte();
  const part = (isThere: boolean) => (isThere ? decodeItem(reader.bytes()) : undefined);
  const keys = decodeItem(reader.bytes());
  const newImage = part((images & newFlag) !== 0);
  const oldImage = part((images & oldFlag) !== 0);
  if (!reader.atEnd() || images > newFlag + oldFlag) throw new IntegrityFault();
  return { kind, isExpired: (flags & expiredFlag) !== 0, createdAtMs, keys, newImage, oldImage };
}

/** When a record was made, without decoding the rest. */
export function changeTimeMs(bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, 2);
  return reader.count();
}
