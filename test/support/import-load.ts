/** A load of tables that are imported and deleted: each is there whole, told of as its import is, or not at all. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './asked-again.ts';
import type { LoadedBucket } from './export-load.ts';
import { createTableInput, item, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const table = 'imported';
const prefix = 'imports/';
/** More than one commit takes. */
const objects = 3;
const itemsPerObject = 100;
const itemCount = objects * itemsPerObject;

export function tableImports({ name, folder }: LoadedBucket): WritePath {
  return {
    name: 'imports',
    async prepare() {
      mkdirSync(join(folder, prefix));
      for (let object = 0; object < objects; object++) {
        const lines = Array.from({ length: itemsPerObject }, (_, number) =>
          JSON.stringify({ Item: item(`${object}-${number}`, `${object}.${number}.3`) }),
        );
        writeFileSync(join(folder, prefix, `${object}.json`), lines.join('\n'));
      }
      return { load: (course) => writeUntilOver(course, (turn) => importOrDelete(course, name, turn)), read };
    },
  };
}

async function importOrDelete({ call, ledger, seed }: Course, S3Bucket: string, turn: number): Promise<void> {
  if (ledger.last(table) !== undefined) {
    await ledger.write(table, undefined, () => call('DeleteTable', { TableName: table }));
    return;
  }
  await ledger.write(table, 'whole', async () => {
    const { ImportTableDescription } = await call('ImportTable', {
      S3BucketSource: { S3Bucket, S3KeyPrefix: prefix },
      ClientToken: `${seed}-${turn}`,
      InputFormat: 'DYNAMODB_JSON',
      TableCreationParameters: createTableInput(table),
    });
    const { ImportArn } = ImportTableDescription;
    await until(async () => {
      const { ImportTableDescription: now } = await call('DescribeImport', { ImportArn });
      if (now.ImportStatus === 'FAILED') throw new Error(`an import failed: ${now.FailureMessage}`);
      return now.ImportStatus === 'COMPLETED';
    });
  });
}

/** The table, if it is there, and every import that is told of as under way, which none is after a crash. */
async function read(call: JsonCall): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const tokens = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page = await call('ListImports', { NextToken });
    for (const { ImportArn } of page.ImportSummaryList) {
      const { ImportTableDescription } = await call('DescribeImport', { ImportArn });
      const { TableId, ImportStatus } = ImportTableDescription;
      tokens.set(TableId, ImportStatus);
      if (ImportStatus === 'IN_PROGRESS') found.set(ImportArn, 'not ended');
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const { TableNames } = await call('ListTables', {});
  if (TableNames.includes(table)) found.set(table, await stateOf(call, tokens));
  return found;
}

async function stateOf(call: JsonCall, imports: ReadonlyMap<string, string>): Promise<string> {
  const { Table } = await call('DescribeTable', { TableName: table });
  const told = imports.get(Table.TableId);
  if (Table.TableStatus !== 'ACTIVE') return `${Table.TableStatus}, its import ${told}`;
  const items = await readItems(call, table);
  const torn = [...items.values()].filter((content) => content.startsWith('torn')).length;
  const isWhole = items.size === itemCount && Table.ItemCount === itemCount && torn === 0;
  if (isWhole && told === 'COMPLETED') return 'whole';
  return `${items.size} of ${itemCount} items, ${torn} torn, its import ${told}`;
}
