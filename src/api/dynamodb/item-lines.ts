/** Items as the lines of exports and imports have them: DynamoDB's JSON, in a member `Item`. */
import type { Item } from '../../tables/attribute.ts';
import { checkedItem } from '../../tables/attribute-check.ts';
import { encodeBody, parseJsonBody } from '../json.ts';
import { rawItem } from '../raw-attribute.ts';

export function encodeLine(item: Item): Uint8Array {
  return encodeBody({ Item: item });
}

/** Refuses Serialization for what is no such line, and Validation for an item that is not legal. */
export function decodeLine(line: Uint8Array): Item {
  return checkedItem(rawItem(parseJsonBody(line).Item));
}
