/** Items and changes as the lines of exports and imports have them: DynamoDB's JSON. */
import type { ChangeLine } from '../../lifecycle/export-lines.ts';
import type { NamedCell } from '../../lifecycle/import-items.ts';
import type { Item } from '../../tables/attribute.ts';
import { checkedItem } from '../../tables/attribute-check.ts';
import { encodeBody, parseJsonBody } from '../json.ts';
import { blobOf } from '../json-type.ts';
import { rawItem } from '../raw-attribute.ts';

export function encodeLine(item: Item): Uint8Array {
  return encodeBody({ Item: item });
}

export function encodeChangeLine({ keys, writtenAtMicros, old, new: next }: ChangeLine): Uint8Array {
  return encodeBody({
    Metadata: { WriteTimestampMicros: { N: String(writtenAtMicros) } },
    Keys: keys,
    OldImage: old,
    NewImage: next,
  });
}

/** Refuses Serialization for what is no such line, and Validation for an item that is not legal. */
export function decodeLine(line: Uint8Array): Item {
  return checkedItem(rawItem(parseJsonBody(line).Item));
}

/** Refuses Serialization for bytes that are not base64, and Validation for an item that is not legal. */
export function decodeRow(cells: readonly NamedCell[]): Item {
  return checkedItem(
    new Map(
      cells.map(({ name, type, text }) => [name, type === 'B' ? { B: blobOf(text) } : { [type]: text }]),
    ),
  );
}
