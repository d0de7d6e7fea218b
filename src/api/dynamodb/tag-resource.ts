/** TagResource: sets tags of a table. */
import { Refusal } from '../../base/errors.ts';
import type { Tag } from '../../tables/table-record.ts';
import { noOutput, operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { namedTable } from './resource-arn.ts';
import { checkTagCount, checkTags } from './table-tags.ts';

interface TagResourceInput {
  readonly ResourceArn?: string;
  readonly Tags?: readonly Tag[];
}

export const tagResource = operation({
  name: 'TagResource',
  run: async ({ tables, caller }: DynamoContext, { ResourceArn, Tags = [] }: TagResourceInput) => {
    const table = namedTable(caller, 'TagResource', ResourceArn);
    if (Tags.length === 0) {
      throw new Refusal('Validation', { message: 'Atleast one Tag needs to be provided as Input.' });
    }
    checkTags(Tags);
    await tables.annotations.changeTags(caller, table, (before) => {
      const set = new Set(Tags.map(({ Key }) => Key));
      const after = [...before.filter(({ Key }) => !set.has(Key)), ...Tags];
      checkTagCount(after);
      return after;
    });
    return noOutput;
  },
});
