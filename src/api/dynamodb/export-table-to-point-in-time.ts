/**
 * ExportTableToPointInTime: a table as it is at this moment, into the folder that stands for a bucket. Earlier moments, changes
 * alone, Ion and S3's own encryption are not there.
 */
import { refuse } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { exportDescription } from './export-description.ts';
import { type MissingParameter, refuseMissing } from './missing-parameter.ts';

interface ExportInput {
  readonly TableArn: string;
  readonly S3Bucket: string;
  readonly S3BucketOwner?: string;
  readonly S3Prefix?: string;
  readonly ClientToken?: string;
  readonly ExportFormat?: 'DYNAMODB_JSON' | 'ION';
  readonly ExportType?: 'FULL_EXPORT' | 'INCREMENTAL_EXPORT';
}

const missing: readonly MissingParameter[] = [
  'ExportTime',
  'FilterSpecification',
  'IncrementalExportSpecification',
  'S3SseAlgorithm',
  'S3SseKmsKeyId',
];

export const exportTableToPointInTime = operation({
  name: 'ExportTableToPointInTime',
  run: async (context: DynamoContext, input: ExportInput) => {
    refuseMissing(input, missing);
    if (input.ExportFormat === 'ION') refuse('This server does not have the ExportFormat ION');
    if (input.ExportType === 'INCREMENTAL_EXPORT') {
      refuse('This server does not have the ExportType INCREMENTAL_EXPORT');
    }
    const started = await context.exports.start(context, {
      table: input.TableArn,
      bucket: input.S3Bucket,
      ...(input.S3BucketOwner !== undefined && { bucketOwner: input.S3BucketOwner }),
      ...(input.S3Prefix !== undefined && { prefix: input.S3Prefix }),
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
    });
    return { ExportDescription: exportDescription(started) };
  },
});
