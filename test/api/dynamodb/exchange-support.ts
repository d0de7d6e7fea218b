/** The DynamoDB API with a bucket beside it, and a table that may be exported. */
import { type ExchangeForTest, openExchangeOf } from '../../support/open-exchange.ts';
import { Api, caller, S, tableInput } from './support.ts';

export async function apiWithBucket(): Promise<{ readonly api: Api; readonly opened: ExchangeForTest }> {
  const opened = await openExchangeOf();
  const { exports, imports, base } = opened;
  const api = new Api(base.site.tables, { ...base, exports, imports });
  await api.call('CreateTable', tableInput('notes'));
  await api.call('PutItem', { TableName: 'notes', Item: { pk: S('a') } });
  await base.pointInTime.change(caller, 'notes', {});
  return { api, opened };
}
