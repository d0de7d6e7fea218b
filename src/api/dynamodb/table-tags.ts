/** The tags of a table about to be made. */
import { Refusal } from '../../base/errors.ts';
import type { Tag } from '../../tables/table-record.ts';
import { tagsMax } from './table-limits.ts';

function refuse(sentence: string): never {
  throw new Refusal('Validation', { message: `One or more parameter values were invalid: ${sentence}` });
}

/** Refuses too many, two of one key, and keys that AWS keeps to itself. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > tagsMax) refuse(`A table can have ${tagsMax} tags at most`);
  const keys = new Set<string>();
  for (const { Key } of tags) {
    if (Key.toLowerCase().startsWith('aws:')) refuse(`Tag keys that begin with aws: are reserved: ${Key}`);
    if (keys.has(Key)) refuse(`Duplicate tag key: ${Key}`);
    keys.add(Key);
  }
}
