/** Tags of users and roles: what they may be, and what remains when some are set or taken away. */
import { Refusal } from '../../base/errors.ts';
import type { Tag } from '../../iam/entity.ts';

export interface WireTag {
  readonly Key: string;
  readonly Value: string;
}

const tagsMax = 50;

/** A key that is there gets the new value. Refuses EntityInput and EntityLimit. */
export function changedTags(before: readonly Tag[], set: readonly WireTag[]): readonly Tag[] {
  const tags = new Map(before.map((tag) => [tag.key.toLowerCase(), tag]));
  const named = new Set<string>();
  for (const { Key: key, Value: value } of set) {
    const name = key.toLowerCase();
    if (named.has(name)) refuse('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    if (name.startsWith('aws:')) refuse('User tag keys cannot begin with aws:');
    named.add(name);
    tags.set(name, { key, value });
  }
  if (tags.size > tagsMax) {
    throw new Refusal('EntityLimit', {
      message: `The number of tags has reached the maximum limit: ${tagsMax}.`,
    });
  }
  return [...tags.values()];
}

export function withoutTags(before: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return before.filter(({ key }) => !gone.has(key.toLowerCase()));
}

function refuse(message: string): never {
  throw new Refusal('EntityInput', { message });
}
