/** UntagResource: takes tags of a table away; those it does not have are not missed. */
import { Refusal } from '../../base/errors.ts';
import { noOutput, operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { namedTable } from './resource-arn.ts';

interface UntagResourceInput {
  readonly ResourceArn?: string;
  readonly TagKeys?: readonly string[];
}

export const untagResource = operation({
  name: 'UntagResource',
  run: async ({ tables, caller }: DynamoContext, { ResourceArn, TagKeys = [] }: UntagResourceInput) => {
    const table = namedTable(caller, 'UntagResource', ResourceArn);
    if (TagKeys.length === 0) {
      throw new Refusal('Validation', { message: 'Atleast one Tag Key needs to be provided as Input.' });
    }
    await tables.annotations.changeTags(caller, table, (tags) =>
      tags.filter(({ Key }) => !TagKeys.includes(Key)),
    );
    return noOutput;
  },
});
