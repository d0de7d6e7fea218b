import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { addonPath, thisHost } from '../../src/crypto/addon.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

const here = dirname(fileURLToPath(import.meta.url));

describe.skipIf(addonSkipped)('a process whose workers are ended in the middle of a batch', () => {
  for (const [how, script] of [
    ['', join(here, 'terminated-workers.mjs')],
    [' behind a promise', join(here, 'terminated-batches.mjs')],
  ] as const) {
    for (const kernel of testedAddon.kernels) {
      test(`stays alive, and its pages open${how}, with ${kernel}`, () => {
        const path = addonPath(join(here, '..', '..'), thisHost());
        const done = spawnSync(process.execPath, [script, path, kernel], {
          encoding: 'utf8',
          timeout: 50_000,
        });
        expect({ code: done.status, signal: done.signal, said: done.stdout, fault: done.stderr }).toEqual({
          code: 0,
          signal: null,
          said: 'alive',
          fault: '',
        });
      });
    }
  }
});
