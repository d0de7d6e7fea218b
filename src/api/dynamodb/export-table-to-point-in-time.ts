/**
 * ExportTableToPointInTime: a table as it is or was, or its changes of some hours, into the folder that stands for a bucket. Ion,
 * filters and S3's own encryption are not there.
 */
import { refuse } from '../../base/errors.ts';
import type { ExportPeriod } from '../../lifecycle/export-period.ts';
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
  readonly ExportTime?: number;
  readonly IncrementalExportSpecification?: {
    readonly ExportFromTime?: number;
    readonly ExportToTime?: number;
    readonly ExportViewType?: 'NEW_IMAGE' | 'NEW_AND_OLD_IMAGES';
  };
}

const missing: readonly MissingParameter[] = ['FilterSpecification', 'S3SseAlgorithm', 'S3SseKmsKeyId'];

export const exportTableToPointInTime = operation({
  name: 'ExportTableToPointInTime',
  run: async (context: DynamoContext, input: ExportInput) => {
    refuseMissing(input, missing);
    if (input.ExportFormat === 'ION') refuse('This server does not have the ExportFormat ION');
    const started = await context.exports.start(context, {
      table: input.TableArn,
      bucket: input.S3Bucket,
      ...(input.S3BucketOwner !== undefined && { bucketOwner: input.S3BucketOwner }),
      ...(input.S3Prefix !== undefined && { prefix: input.S3Prefix }),
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
      ...periodOf(input),
    });
    return { ExportDescription: exportDescription(started) };
  },
});

/** The texts here are our own: AWS's are not known. */
const invalidParameter = 'One or more parameter values were invalid: ';

function periodOf(input: ExportInput): ExportPeriod {
  const { ExportType: type = 'FULL_EXPORT', ExportTime: seconds } = input;
  const { IncrementalExportSpecification: changes } = input;
  if (type === 'FULL_EXPORT') {
    if (changes !== undefined) {
      refuse(`${invalidParameter}IncrementalExportSpecification needs the ExportType INCREMENTAL_EXPORT`);
    }
    return seconds === undefined ? {} : { atMs: seconds * 1000 };
  }
  if (seconds !== undefined) refuse(`${invalidParameter}ExportTime needs the ExportType FULL_EXPORT`);
  const {
    ExportFromTime: from,
    ExportToTime: to,
    ExportViewType: view = 'NEW_AND_OLD_IMAGES',
  } = changes ?? {};
  if (from === undefined) {
    refuse(`${invalidParameter}ExportFromTime must be specified for the ExportType INCREMENTAL_EXPORT`);
  }
  return { changes: { fromMs: from * 1000, toMs: to === undefined ? undefined : to * 1000, view } };
}
