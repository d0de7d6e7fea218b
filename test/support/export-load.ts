/** A load of exports of a table that is written to: each is whole where it is told of as done, and else nothing of it is left. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { until } from './asked-again.ts';
import { createTableInput, item, loadItems, readItems } from './item-load.ts';
import type { JsonCall } from './json-call.ts';
import { type Course, type WritePath, writeUntilOver } from './write-path.ts';

const source = 'exported';
const steadyItems = 40;
const prefix = 'exports';
/** Enough for one to be under way whenever the kill comes. */
const exportsPerLifeMax = 25;

/** A folder that stands for a bucket of the store. */
export interface LoadedBucket {
  readonly name: string;
  readonly folder: string;
}

export function tableExports({ name: S3Bucket, folder }: LoadedBucket): WritePath {
  return {
    name: 'exports',
    async prepare(call) {
      await call('CreateTable', createTableInput(source));
      for (let number = 0; number < steadyItems; number++) {
        await call('PutItem', { TableName: source, Item: item(`steady-${number}`, `${number}.0.90`) });
      }
      await call('UpdateContinuousBackups', {
        TableName: source,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
      const { Table } = await call('DescribeTable', { TableName: source });
      const known = new Map<string, Known>();
      return {
        load: async (course) => {
          const end = course.seed + exportsPerLifeMax;
          const writing = loadItems({ ...course, table: source, writers: 2 });
          let turn = course.seed;
          const isOver = () => turn === end || course.isOver();
          await writeUntilOver({ ...course, isOver }, () =>
            exportOnce(course, { S3Bucket, TableArn: Table.TableArn }, turn++),
          );
          await writing;
        },
        read: (now) => read(now, folder, known),
      };
    },
  };
}

async function exportOnce({ call, ledger, seed }: Course, what: object, turn: number): Promise<void> {
  const ClientToken = `${seed}-${turn}`;
  const input = { ...what, ClientToken, S3Prefix: prefix };
  await ledger.write(`export/${ClientToken}`, 'whole', async () => {
    const { ExportDescription } = await call('ExportTableToPointInTime', input);
    const { ExportArn } = ExportDescription;
    await until(async () => {
      const { ExportDescription: now } = await call('DescribeExport', { ExportArn });
      if (now.ExportStatus === 'FAILED') throw new Error(`an export failed: ${now.FailureMessage}`);
      return now.ExportStatus === 'COMPLETED';
    });
  });
}

/** An export that has ended, and was looked through. */
interface Known {
  readonly token: string;
  readonly state: string | undefined;
}

/** What the table holds, and every export that is told of or that has left something. */
async function read(
  call: JsonCall,
  bucket: string,
  known: Map<string, Known>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map(await readItems(call, source));
  const folder = join(bucket, prefix, 'AWSDynamoDB');
  const left = new Set(existsSync(folder) ? readdirSync(folder) : []);
  for (const ExportArn of await exportArns(call)) {
    const id = ExportArn.split('/').at(-1) ?? '';
    const one = known.get(ExportArn) ?? (await lookThrough(call, bucket, ExportArn));
    known.set(ExportArn, one);
    // Objects of one that failed are of nobody.
    if (one.state === undefined) continue;
    found.set(`export/${one.token}`, left.delete(id) ? one.state : 'without its objects');
  }
  for (const id of left) found.set(`export ${id}`, 'left over');
  return found;
}

async function lookThrough(call: JsonCall, bucket: string, ExportArn: string): Promise<Known> {
  const { ExportDescription } = await call('DescribeExport', { ExportArn });
  const { ExportStatus, ClientToken: token } = ExportDescription;
  if (ExportStatus === 'FAILED') return { token, state: undefined };
  const isDone = ExportStatus === 'COMPLETED';
  return { token, state: isDone ? stateOf(bucket, ExportDescription) : 'not ended' };
}

async function exportArns(call: JsonCall): Promise<readonly string[]> {
  const arns: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call('ListExports', { NextToken });
    for (const { ExportArn } of page.ExportSummaries) arns.push(ExportArn);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return arns;
}

interface Described {
  readonly ExportManifest: string;
  readonly ItemCount: number;
}

/** Its manifests lead to every file, each the one that was written, with the items that stay as they are and whole others. */
function stateOf(bucket: string, { ExportManifest, ItemCount }: Described): string {
  const objectOf = (key: string) => readFileSync(join(bucket, key));
  const summary = JSON.parse(objectOf(ExportManifest).toString());
  const files = objectOf(summary.manifestFilesS3Key).toString().trim().split('\n');
  const lines = files.flatMap((line) => {
    const { dataFileS3Key, md5Checksum } = JSON.parse(line);
    const bytes = objectOf(dataFileS3Key);
    if (createHash('md5').update(bytes).digest('base64') !== md5Checksum) return ['{}'];
    return gunzipSync(bytes).toString().trim().split('\n');
  });
  const items = lines.map((line) => JSON.parse(line).Item);
  const ids = new Set(items.map((one) => one?.id.S));
  const steady = [...ids].filter((id) => id?.startsWith('steady-')).length;
  const torn = items.filter((one) => one === undefined || !isWhole(one)).length;
  const counts = [summary.itemCount, items.length, ids.size];
  const isAll = steady === steadyItems && torn === 0 && counts.every((count) => count === ItemCount);
  return isAll ? 'whole' : `${counts.join(', ')} items of ${ItemCount}, ${steady} steady, ${torn} torn`;
}

function isWhole(stored: { readonly id: { S: string }; readonly content: { S: string } }): boolean {
  return JSON.stringify(sorted(stored)) === JSON.stringify(sorted(item(stored.id.S, stored.content.S)));
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
