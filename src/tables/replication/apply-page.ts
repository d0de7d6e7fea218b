/** Brings a page of another replica's changes into this one: the greater stamp wins, and the position goes with it. */
import { equalBytes } from '../../base/bytes.ts';
import { IntegrityFault, refuse } from '../../base/errors.ts';
import type { Transaction } from '../../pages/commit.ts';
import type { Item } from '../attribute.ts';
import { decodeItem } from '../item.ts';
import { itemBytes, itemBytesMax } from '../item-size.ts';
import { checkItemKey, hashKeyBytesMax, type KeySchema, rangeKeyBytesMax } from '../key-schema.ts';
import type { PageTable } from '../page-table.ts';
import { encodeKey } from '../tree-key.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { ChangePage, ReplicaChange } from './replica-change.ts';
import type { ReplicaLog } from './replica-log.ts';
import { encodePosition, positionKey } from './replica-tree.ts';
import { compareStamps, type Stamp } from './stamp.ts';

/** The hash, the length, and both parts of a key at their longest: see tree-key.ts. */
const keyBytesMax = 6 + hashKeyBytesMax + rangeKeyBytesMax;

export interface CheckedChange {
  readonly key: Uint8Array;
  readonly stamp: Stamp | undefined;
  readonly next: Item | undefined;
}

export interface ApplyTarget {
  readonly log: ReplicaLog;
  readonly table: PageTable;
  /** Of the table. */
  readonly region: string;
}

/**
 * The page is another's word: nothing is believed of it that can be checked. Refuses ReplicaClockAhead, and Validation for
 * what is no item of this table. Afterwards the clock is behind nothing of it.
 */
export function checkPage(
  { changes, high }: ChangePage,
  keySchema: KeySchema,
  stamps: HybridClock,
): readonly CheckedChange[] {
  const all = [high, ...changes.flatMap(({ stamp }) => (stamp === undefined ? [] : [stamp]))];
  for (const stamp of all) stamps.refuseAhead(stamp);
  const checked = changes.map((change) => ({
    key: change.key,
    stamp: change.stamp,
    next: itemOf(change, keySchema),
  }));
  for (const stamp of all) stamps.witness(stamp);
  return checked;
}

function itemOf({ key, item: bytes, stamp }: ReplicaChange, keySchema: KeySchema): Item | undefined {
  if (bytes === undefined) {
    if (stamp === undefined || key.length === 0 || key.length > keyBytesMax) refuseChange();
    return undefined;
  }
  const item = decoded(bytes);
  checkItemKey(keySchema, item);
  if (itemBytes(item) > itemBytesMax || !equalBytes(encodeKey(keySchema, item), key)) refuseChange();
  return item;
}

function decoded(bytes: Uint8Array): Item {
  try {
    return decodeItem(bytes);
  } catch (fault) {
    // It is not ours that was changed.
    if (fault instanceof IntegrityFault) refuseChange();
    throw fault;
  }
}

function refuseChange(): never {
  refuse('A replica sent a change that is none of this table.');
}

/** In one commit; how many of them were newer than what was here. */
export async function applyPage(
  tx: Transaction,
  target: ApplyTarget,
  {
    from,
    changes,
    position,
  }: { readonly from: string; readonly changes: readonly CheckedChange[] } & Pick<ChangePage, 'position'>,
): Promise<number> {
  let newer = 0;
  for (const change of changes) if (await applyChange(tx, target, { from, change })) newer++;
  await tx.put(target.log.tree, positionKey(from), encodePosition(position));
  return newer;
}

async function applyChange(
  tx: Transaction,
  { log, table, region }: ApplyTarget,
  { from, change }: { readonly from: string; readonly change: CheckedChange },
): Promise<boolean> {
  const { key, stamp, next } = change;
  const version = await log.version(tx, key);
  if (version !== undefined && (stamp === undefined || compareStamps(stamp, version.stamp) <= 0)) {
    return false;
  }
  const outcome = await table.writeIn<'written' | 'known' | 'missing'>(tx, key, (old) => {
    // Ours has no stamp either: it is the very same item.
    if (stamp === undefined && old !== undefined) return { unchanged: true, result: 'known' };
    if (next === undefined && old === undefined) return { unchanged: true, result: 'missing' };
    return { next, replicated: { stamp, from }, result: 'written' };
  });
  if (outcome === 'missing' && stamp !== undefined) {
    // That it was deleted is remembered all the same, against an older write that comes late.
    await log.record(tx, { key, isDeleted: true, region, replicated: { stamp, from } });
  }
  return outcome !== 'known';
}
