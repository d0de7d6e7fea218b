import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../support/command-line.ts';

const cities = 4_000;

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('cryptable-demo-'));
}

describe('cryptable demo', () => {
  test(`goes the whole road with ${cities} cities and leaves nothing behind (R-REST-1, R-REV-1)`, async () => {
    const before = leftovers();
    const { code, stdout, stderr } = await runCommandLine(['demo', '--cities', String(cities)]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    for (const said of [
      /found in all 8 forms in which it was planted/,
      /\(\d[\d,]* patterns\): 0 hits/,
      /GetItem refused after \d+ ms: \w+Exception: /,
      /INACCESSIBLE_ENCRYPTION_CREDENTIALS since \d{4}-/,
      /under the AWS owned key after \d+ ms/,
      /under the customer managed key after \d+ ms/,
      /\d+ pages .* verified: all sound/,
      /Scan counts 4,000 cities/,
      /items written .* items\/s/,
      /KMS calls +\d+: .*Decrypt \d+/,
      /encryption +\d+\.\d % of the load's time/,
    ]) {
      expect(stdout).toMatch(said);
    }
    expect(leftovers()).toEqual(before);
  }, 120_000);
});
