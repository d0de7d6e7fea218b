import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { lacksBoto3 } from '../../support/boto3.ts';
import { ReplicatedPair, regions } from '../../support/replicated-pair.ts';

test.skipIf(lacksBoto3)(
  'boto3 of Python has a global table of two processes',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cryptable-boto3-'));
    const pair = await ReplicatedPair.open(folder);
    try {
      const script = fileURLToPath(new URL('boto3_global_table.py', import.meta.url));
      const ends = regions.flatMap((region) => [pair.endpoint(region), region]);
      const { stdout } = await promisify(execFile)('python3', [script, ...ends], { timeout: 100_000 });
      expect(JSON.parse(stdout)).toEqual({
        made: ['eu-west-1'],
        here: ['eu-west-1'],
        there: ['us-east-1'],
        copied: true,
        back: true,
        alone: true,
      });
    } finally {
      await pair.end();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
