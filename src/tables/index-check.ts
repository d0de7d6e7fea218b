/** The items that an index cannot take, in AWS's words: those of a put, and those of an update. */
import { refuse } from '../base/errors.ts';
import { attributeType, type Item } from './attribute.ts';
import { type IndexLayout, keySize, projectedItem } from './index-layout.ts';
import { itemBytes, itemBytesMax } from './item-size.ts';
import { checkKeySize, emptyKeyValue, hashKeyBytesMax, keyPartSize, rangeKeyBytesMax } from './key-schema.ts';
import type { NextItem } from './table.ts';

const notValid = 'One or more parameter values are not valid. ';
const updateOf = 'The update expression attempted to update';

/** Refuses index keys of the wrong type, empty or too long. An item without an index key is fine: it has no entry. */
export function checkIndexKeys({ name: index, keySchema, keys }: IndexLayout, item: Item, isUpdate: boolean) {
  for (const { name, type } of keys) {
    const value = item.get(name);
    if (value === undefined) continue;
    const actual = attributeType(value);
    if (actual !== type) {
      if (isUpdate) refuse(`${updateOf} the secondary index key to unsupported type`);
      refuse(
        'One or more parameter values were invalid: ' +
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index}`,
      );
    }
    if (keyPartSize(value) > 0) continue;
    const empty = emptyKeyValue(value);
    if (isUpdate) {
      // Unlike that of a put, this sentence does not say where.
      refuse(`${notValid}${updateOf} a secondary index key to a value that is not supported. ${empty}.`);
    }
    refuse(
      `${notValid}A value specified for a secondary index key is not supported. ${empty}. ` +
        `IndexName: ${index}, IndexKey: ${name}`,
    );
  }
  const hashBytes = keySize(keySchema.hash, item);
  const rangeBytes = keySize(keySchema.range, item);
  if (isUpdate && (hashBytes > hashKeyBytesMax || rangeBytes > rangeKeyBytesMax)) {
    refuse(`${updateOf} the secondary index key beyond allowed size limits`);
  }
  checkKeySize('hash', hashBytes);
  checkKeySize('range', rangeBytes);
}

/** An item counts against its limit together with what local indexes hold of it. */
export function checkSizeWithIndexes(
  locals: readonly IndexLayout[],
  { item, itemBytes: known }: NextItem,
  isUpdate: boolean,
): void {
  if (locals.length === 0) return;
  const size = known ?? itemBytes(item);
  if (size * (1 + locals.length) <= itemBytesMax) return;
  let total = size;
  for (const layout of locals) {
    if (layout.keys.some(({ name }) => !item.has(name))) continue;
    total += layout.projected === undefined ? size : itemBytes(projectedItem(layout, item));
  }
  if (total <= itemBytesMax) return;
  refuse(`Item size ${isUpdate ? 'to update ' : ''}has exceeded the maximum allowed size`);
}
