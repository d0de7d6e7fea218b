/** ImportTable: a new table of what lies in the folder that stands for a bucket. CSV, Ion and Zstandard are not there. */
import { refuse } from '../../base/errors.ts';
import { operation } from '../operation.ts';
import type { DynamoContext } from './context.ts';
import { type CreateTableInput, tableDefinition } from './create-table.ts';
import { importDescription } from './import-description.ts';
import { refuseMissing } from './missing-parameter.ts';

interface ImportTableInput {
  readonly ClientToken?: string;
  readonly S3BucketSource: {
    readonly S3Bucket: string;
    readonly S3BucketOwner?: string;
    readonly S3KeyPrefix?: string;
  };
  readonly InputFormat: 'DYNAMODB_JSON' | 'ION' | 'CSV';
  readonly InputCompressionType?: 'GZIP' | 'ZSTD' | 'NONE';
  readonly TableCreationParameters: CreateTableInput;
}

export const importTable = operation({
  name: 'ImportTable',
  run: async ({ imports, caller }: DynamoContext, input: ImportTableInput) => {
    const { S3BucketSource: source, InputFormat, InputCompressionType: compression = 'NONE' } = input;
    if (InputFormat !== 'DYNAMODB_JSON') refuse(`This server does not have the InputFormat ${InputFormat}`);
    if (compression === 'ZSTD') refuse('This server does not have the InputCompressionType ZSTD');
    const { TableCreationParameters: parameters } = input;
    refuseMissing(parameters, ['VectorIndexes']);
    const started = await imports.start(caller, {
      definition: tableDefinition(parameters),
      parameters,
      bucket: source.S3Bucket,
      ...(source.S3BucketOwner !== undefined && { bucketOwner: source.S3BucketOwner }),
      ...(source.S3KeyPrefix !== undefined && { prefix: source.S3KeyPrefix }),
      compression,
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
    });
    return { ImportTableDescription: importDescription(started) };
  },
});
