/** `--bucket NAME=DIR`: the folders that stand for S3 buckets. */
import { statSync } from 'node:fs';
import type { OpenOptions } from '../index.ts';
import { usageFault } from './exit-code.ts';

/** As S3 names them, and the model of DynamoDB. */
const bucketForm = /^([a-z0-9A-Z]+[.\-\w]*[a-z0-9A-Z]+)=(.+)$/;

/** Refuses what is no such pair, a bucket that is named twice, and a folder that is not there. */
export function bucketsOf(pairs: readonly string[]): Pick<OpenOptions, 'buckets'> {
  const buckets = new Map<string, string>();
  for (const pair of pairs) {
    const [, name, folder] = bucketForm.exec(pair) ?? [];
    if (name === undefined || folder === undefined) {
      throw usageFault(`--bucket takes NAME=DIR, as exports=./exports, and not ${pair}.`);
    }
    if (buckets.has(name)) throw usageFault(`--bucket names ${name} twice: one bucket has one folder.`);
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw usageFault(`--bucket ${name}: there is no folder ${folder}; make it, for its owner alone.`);
    }
    buckets.set(name, folder);
  }
  return buckets.size === 0 ? {} : { buckets: Object.fromEntries(buckets) };
}
