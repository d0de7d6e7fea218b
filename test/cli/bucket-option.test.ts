import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bucketsOf } from '../../src/cli/bucket-option.ts';

const folder = mkdtempSync(join(tmpdir(), 'cryptable-buckets-'));
const file = join(folder, 'file');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('buckets are named, each with its folder', () => {
  expect(bucketsOf([])).toEqual({});
  expect(bucketsOf([`my-exports=${folder}`, `b.2=${folder}`])).toEqual({
    buckets: { 'my-exports': folder, 'b.2': folder },
  });
});

describe('what is refused says why:', () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['exports'], /takes NAME=DIR/],
    [[`=${folder}`], /takes NAME=DIR/],
    [[`a b=${folder}`], /takes NAME=DIR/],
    [['exports='], /takes NAME=DIR/],
    [[`ab=${folder}`, `ab=${folder}`], /names ab twice/],
    [[`ab=${join(folder, 'none')}`], /there is no folder/],
    [[`ab=${file}`], /there is no folder/],
  ];
  for (const [pairs, sentence] of cases) {
    test(pairs.join(' ').replaceAll(folder, 'DIR'), () => {
      expect(() => bucketsOf(pairs)).toThrow(sentence);
    });
  }
});
