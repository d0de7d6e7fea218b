/** ListResourceTags: the tags of a key. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

const limitMax = 50;

export const listResourceTags = operation({
  name: 'ListResourceTags',
  run: ({ kms, caller }: KmsContext, input: ListInput & { readonly KeyId: string }) => {
    const { KeyId, Limit = limitMax, Marker } = input;
    const key = kms.keys.read(caller, 'ListResourceTags', KeyId);
    const page = kms.page({
      caller,
      list: `ListResourceTags ${key.keyId}`,
      items: key.tags,
      nameOf: (tag) => tag.key,
      limit: Math.min(Limit, limitMax),
      marker: Marker,
    });
    return listAnswer(page, 'Tags', (tag) => ({ TagKey: tag.key, TagValue: tag.value }));
  },
});
