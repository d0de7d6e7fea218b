/** ListKeys: the caller's keys in the region, page by page. */
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

export const listKeys = operation({
  name: 'ListKeys',
  run: ({ kms, caller }: KmsContext, { Limit = 100, Marker }: ListInput) => {
    const page = kms.page({
      caller,
      list: 'ListKeys',
      items: kms.keys.list(caller),
      nameOf: ({ keyId }) => keyId,
      limit: Limit,
      marker: Marker,
    });
    return listAnswer(page, 'Keys', ({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn }));
  },
});
