/** ListTagsOfResource: the tags of a table, a few at a time. */
import { Refusal } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { namedTable } from './resource-arn.ts';

interface ListTagsOfResourceInput {
  readonly ResourceArn?: string;
  readonly NextToken?: string;
}

const pageTagsMax = 10;

export const listTagsOfResource = operation({
  name: 'ListTagsOfResource',
  run: async ({ tables, caller }: DynamoContext, { ResourceArn, NextToken }: ListTagsOfResourceInput) => {
    const table = namedTable(caller, 'ListTagsOfResource', ResourceArn);
    const tags = (await tables.annotations.tags(caller, table)).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const startAfter = NextToken === undefined ? undefined : keyOfToken(NextToken);
    const rest = startAfter === undefined ? tags : tags.filter(({ Key }) => Key > startAfter);
    const Tags = rest.slice(0, pageTagsMax);
    const last = Tags.at(-1);
    return {
      Tags,
      NextToken: rest.length > pageTagsMax && last !== undefined ? tokenOf(last.Key) : undefined,
    };
  },
});

/** A token tells no more than the page did that it came with, and leads nowhere else: it need not be sealed. */
function tokenOf(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function keyOfToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (token === '' || tokenOf(key) !== token)
    throw new Refusal('Validation', { message: 'Invalid NextToken' });
  return key;
}
