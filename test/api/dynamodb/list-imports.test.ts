import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf, tableInput } from './support.ts';

test('ListImports has them page by page, the newest first, or those into one table', async () => {
  const { api, opened } = await apiWithBucket();
  expect(await api.call('ListImports', {})).toEqual({ ImportSummaryList: [] });
  for (const name of ['one', 'two', 'three']) {
    opened.base.site.clock.advance(1);
    await api.call('ImportTable', {
      S3BucketSource: { S3Bucket: 'none' },
      InputFormat: 'DYNAMODB_JSON',
      TableCreationParameters: tableInput(name),
    });
    await opened.imports.settled();
  }
  const tablesOf = ({ ImportSummaryList }: Record<string, unknown>) =>
    (ImportSummaryList as { readonly TableArn: string; readonly ImportStatus: string }[]).map(
      ({ TableArn, ImportStatus }) => [TableArn, ImportStatus],
    );
  const first = await api.call('ListImports', { PageSize: 2 });
  expect(tablesOf(first)).toEqual([
    [arnOf('three'), 'FAILED'],
    [arnOf('two'), 'FAILED'],
  ]);
  const rest = await api.call('ListImports', { NextToken: first.NextToken });
  expect(tablesOf(rest)).toEqual([[arnOf('one'), 'FAILED']]);
  expect(tablesOf(await api.call('ListImports', { TableArn: arnOf('two') }))).toHaveLength(1);
});
