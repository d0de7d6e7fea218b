import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Outage } from '../../src/base/errors.ts';
import { Bucket, checkKey } from '../../src/lifecycle/bucket.ts';
import { refusalOf } from '../support/refusal.ts';

let folder: string;
let bucket: Bucket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cryptable-bucket-'));
  mkdirSync(join(folder, 'inside'));
  bucket = (await Bucket.find({ things: join(folder, 'inside') }, 'things')) as Bucket;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inside = (...parts: string[]) => join(folder, 'inside', ...parts);
const keysOf = async (prefix = '') => (await bucket.list(prefix)).map(({ key }) => key);
const text = (...parts: string[]) => parts.map((part) => Buffer.from(part));

test('a bucket is there where it is configured and its folder is', async () => {
  expect(await Bucket.find({}, 'things')).toBeUndefined();
  expect(await Bucket.find({}, 'constructor')).toBeUndefined();
  expect(await Bucket.find({ things: inside('none') }, 'things')).toBeUndefined();
});

test('an object is a file for its owner alone, and takes the place of one before', async () => {
  await bucket.write('a/b/c.txt', text('one', 'two'));
  expect(readFileSync(inside('a', 'b', 'c.txt'), 'utf8')).toBe('onetwo');
  expect(statSync(inside('a', 'b', 'c.txt')).mode & 0o077).toBe(0);
  await bucket.write('a/b/c.txt', text('three'));
  expect(readFileSync(inside('a', 'b', 'c.txt'), 'utf8')).toBe('three');
});

test('an object that could not be written whole is not there', async () => {
  const failing = async function* () {
    yield Buffer.from('half');
    throw new Error('the source failed');
  };
  await expect(bucket.write('a.txt', failing())).rejects.toThrow('the source failed');
  expect(await keysOf()).toEqual([]);
});

test('objects are listed by the beginnings of their keys, and no link is followed', async () => {
  for (const key of ['b', 'a/2', 'a/1', 'ab']) await bucket.write(key, text(key));
  writeFileSync(join(folder, 'secret'), 'x');
  symlinkSync(join(folder, 'secret'), inside('a', 'link'));
  symlinkSync(folder, inside('a', 'folder'));
  expect(await keysOf()).toEqual(['a/1', 'a/2', 'ab', 'b']);
  expect(await keysOf('a/')).toEqual(['a/1', 'a/2']);
});

describe('a key that leads out of the folder is refused:', () => {
  for (const key of ['../x', 'a/../../x', '/etc/x', 'a//b', '.', 'a/./b', '..\\x', 'a\0b', '']) {
    test(JSON.stringify(key), async () => {
      const sentence = /^Validation: The S3 key cannot be a file below the folder of its bucket: /;
      expect(await refusalOf(() => checkKey(key))).toMatch(sentence);
      expect(await refusalOf(() => bucket.write(key, text('x')))).toMatch(sentence);
      expect(await refusalOf(() => bucket.removeBelow(key))).toMatch(sentence);
    });
  }

  test('through a link', async () => {
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside', 'kept'), 'x');
    symlinkSync(join(folder, 'outside'), inside('link'));
    expect(await refusalOf(() => bucket.write('link/x', text('x')))).toMatch(/^Validation: /);
    await bucket.removeBelow('link');
    expect(readFileSync(join(folder, 'outside', 'kept'), 'utf8')).toBe('x');
  });
});

test('a folder is taken away with all in it, and one that is not there is no fault', async () => {
  await bucket.write('a/b/c', text('x'));
  await bucket.removeBelow('a/b');
  await bucket.removeBelow('a/none');
  expect(await keysOf()).toEqual([]);
});

test('what the file system refuses is an outage', async () => {
  await bucket.write('a', text('x'));
  await expect(bucket.write('a/b', text('x'))).rejects.toThrow(Outage);
});

test('objects of one folder go by the beginnings of their keys, unfinished ones too, and nothing else does', async () => {
  for (const key of ['d/1-a', 'd/1-b/deep', 'd/2-a', '1-a']) await bucket.write(key, text(key));
  writeFileSync(inside('d', '1-x.unfinished'), 'half');
  symlinkSync(folder, inside('out'));
  writeFileSync(join(folder, '1-secret'), 'x');
  await bucket.removeBeginning('d/1-');
  await bucket.removeBeginning('none/1-');
  await bucket.removeBeginning('out/1-');
  expect(await keysOf()).toEqual(['1-a', 'd/1-b/deep', 'd/2-a']);
  expect(existsSync(inside('d', '1-x.unfinished'))).toBe(false);
  expect(readFileSync(join(folder, '1-secret'), 'utf8')).toBe('x');
});
