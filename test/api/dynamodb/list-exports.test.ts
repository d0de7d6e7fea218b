import { expect, test } from 'vitest';
import { apiWithBucket } from './exchange-support.ts';
import { arnOf } from './support.ts';

test('ListExports has them page by page, the newest first, or those of one table', async () => {
  const { api, opened } = await apiWithBucket();
  expect(await api.call('ListExports', {})).toEqual({ ExportSummaries: [] });
  for (let n = 0; n < 3; n++) {
    opened.base.site.clock.advance(1);
    await api.call('ExportTableToPointInTime', { TableArn: arnOf('notes'), S3Bucket: 'none' });
    await opened.exports.settled();
  }
  const arns = opened.exports.all({ account: '111122223333', region: 'us-east-1' }).map(({ arn }) => arn);
  const first = await api.call('ListExports', { MaxResults: 2, TableArn: arnOf('notes') });
  expect(first.ExportSummaries).toEqual(
    arns.slice(0, 2).map((ExportArn) => ({ ExportArn, ExportStatus: 'FAILED', ExportType: 'FULL_EXPORT' })),
  );
  const rest = await api.call('ListExports', { NextToken: first.NextToken });
  expect(rest).toMatchObject({ ExportSummaries: [{ ExportArn: arns[2] }] });
  expect(rest).not.toHaveProperty('NextToken');
  expect(await api.call('ListExports', { TableArn: arnOf('other') })).toEqual({ ExportSummaries: [] });
});
