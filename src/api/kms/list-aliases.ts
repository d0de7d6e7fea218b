/** ListAliases: the caller's aliases in the region, or those of one key. */
import { aliasArn } from '../../kms/embedded/alias.ts';
import type { ListedAlias } from '../../kms/embedded/alias-book.ts';
import { operation } from '../operation.ts';
import type { KmsContext } from './context.ts';
import { epochSeconds } from './epoch-seconds.ts';
import { type ListInput, listAnswer } from './list-answer.ts';

const limitMax = 100;

export const listAliases = operation({
  name: 'ListAliases',
  run: ({ kms, caller }: KmsContext, input: ListInput & { readonly KeyId?: string }) => {
    const { Limit = 50, Marker, KeyId } = input;
    const page = kms.page({
      caller,
      list: `ListAliases ${KeyId ?? ''}`,
      items: kms.aliases.list(caller, KeyId),
      nameOf: ({ name }) => name,
      limit: Math.min(Limit, limitMax),
      marker: Marker,
    });
    return listAnswer(page, 'Aliases', entry);
  },
});

function entry({ name, account, region, targetKeyId, createdMs, updatedMs }: ListedAlias): object {
  return {
    AliasName: name,
    AliasArn: aliasArn(region, account, name),
    TargetKeyId: targetKeyId,
    CreationDate: createdMs === undefined ? undefined : epochSeconds(createdMs),
    LastUpdatedDate: updatedMs === undefined ? undefined : epochSeconds(updatedMs),
  };
}
