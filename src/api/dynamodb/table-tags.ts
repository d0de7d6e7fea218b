/** The tags of a table. The texts are our own: AWS's are not known. */
import { Refusal } from '../../base/errors.ts';
import type { Tag } from '../../tables/table-record.ts';
import { tagsMax } from './table-limits.ts';

function refuse(sentence: string): never {
  throw new Refusal('Validation', { message: `One or more parameter values were invalid: ${sentence}` });
}

/** What AWS documents that keys and values may have. */
const allowed = /^[\p{L}\p{Z}\p{N}\s+\-=._:/@]*$/u;

/** Refuses too many, two of one key, keys that AWS keeps to itself, and characters that a tag may not have. */
export function checkTags(tags: readonly Tag[]): void {
  checkTagCount(tags);
  const keys = new Set<string>();
  for (const { Key, Value } of tags) {
    if (Key.toLowerCase().startsWith('aws:')) refuse(`Tag keys that begin with aws: are reserved: ${Key}`);
    if (keys.has(Key)) refuse(`Duplicate tag key: ${Key}`);
    keys.add(Key);
    if (!allowed.test(Key) || !allowed.test(Value)) {
      refuse(`A tag has letters, numbers, blanks and + - = . _ : / @ alone: ${Key}`);
    }
  }
}

/** Refuses too many, whatever they are. */
export function checkTagCount(tags: readonly Tag[]): void {
  if (tags.length > tagsMax) refuse(`A table can have ${tagsMax} tags at most`);
}
