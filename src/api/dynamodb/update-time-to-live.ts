/** UpdateTimeToLive: names the attribute that says when an item's time is up, or ends to heed it. */
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';

interface UpdateTimeToLiveInput {
  readonly TableName: string;
  readonly TimeToLiveSpecification: { readonly Enabled: boolean; readonly AttributeName: string };
}

export const updateTimeToLive = operation({
  name: 'UpdateTimeToLive',
  run: async ({ tables, caller, connection }: DynamoContext, input: UpdateTimeToLiveInput) => {
    const { TableName, TimeToLiveSpecification } = input;
    const { AttributeName: attribute, Enabled: isEnabled } = TimeToLiveSpecification;
    await tables.changeTimeToLive({ caller, connection }, TableName, { attribute, isEnabled });
    return { TimeToLiveSpecification };
  },
});
