/** ImportTable: a new table of what lies in the folder that stands for a bucket. Ion is not there. */
import { refuse } from '../../base/errors.ts';
import { canDecompress } from '../../lifecycle/import-lines.ts';
import type { CsvOptions } from '../../lifecycle/import-record.ts';
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
  readonly InputFormatOptions?: {
    readonly Csv?: { readonly Delimiter?: string; readonly HeaderList?: readonly string[] };
  };
  readonly InputCompressionType?: 'GZIP' | 'ZSTD' | 'NONE';
  readonly TableCreationParameters: CreateTableInput;
}

export const importTable = operation({
  name: 'ImportTable',
  run: async ({ imports, caller }: DynamoContext, input: ImportTableInput) => {
    const { S3BucketSource: source, InputFormat, InputCompressionType: compression = 'NONE' } = input;
    if (InputFormat === 'ION') refuse('This server does not have the InputFormat ION');
    if (!canDecompress(compression)) {
      refuse(`This server does not have the InputCompressionType ${compression}: its Node has no Zstandard`);
    }
    const { TableCreationParameters: parameters } = input;
    refuseMissing(parameters, ['VectorIndexes']);
    const started = await imports.start(caller, {
      definition: tableDefinition(parameters),
      parameters,
      bucket: source.S3Bucket,
      ...(source.S3BucketOwner !== undefined && { bucketOwner: source.S3BucketOwner }),
      ...(source.S3KeyPrefix !== undefined && { prefix: source.S3KeyPrefix }),
      compression,
      ...(InputFormat === 'CSV' && { csv: csvOptions(input.InputFormatOptions) }),
      ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
    });
    return { ImportTableDescription: importDescription(started) };
  },
});

function csvOptions({ Csv = {} }: ImportTableInput['InputFormatOptions'] = {}): CsvOptions {
  const { Delimiter: delimiter, HeaderList: header } = Csv;
  if (header !== undefined && new Set(header).size !== header.length) {
    // Our own words.
    refuse('One or more parameter values were invalid: HeaderList must not have a name twice');
  }
  return { ...(delimiter !== undefined && { delimiter }), ...(header !== undefined && { header }) };
}
