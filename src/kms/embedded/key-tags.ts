/** The tags of a key: what they may be, and what remains when some are set. */
import { Refusal } from '../../base/errors.ts';
import type { KeyTag } from './key.ts';

export const tagsPerKeyMax = 50;

/** Refuses TagRefused for a key given twice or one that is AWS's. */
export function checkTags(tags: readonly KeyTag[]): void {
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw refused('Duplicate tag keys');
  if (tags.some(({ key }) => /^aws:/i.test(key))) throw refused('Tags beginning with aws: are reserved');
}

/** Refuses as checkTags does, and more than 50 in all. A key that is there gets the new value. */
export function changedTags(old: readonly KeyTag[], set: readonly KeyTag[]): readonly KeyTag[] {
  checkTags(set);
  const tags = new Map([...old, ...set].map(({ key, value }) => [key, value]));
  if (tags.size > tagsPerKeyMax) throw refused('Too many tags');
  return [...tags].map(([key, value]) => ({ key, value }));
}

function refused(message: string): Refusal<'TagRefused'> {
  return new Refusal('TagRefused', { message });
}
