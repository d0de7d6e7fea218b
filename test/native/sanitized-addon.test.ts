import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect } from 'vitest';
import { testedAddon } from '../support/usable-cores.ts';
import { build, type Done, proofTest, root, run, sanitized } from './proof.ts';

/** A script on the addon built with sanitizers, in a Node that has their libraries loaded before all others. */
function watchedNode(script: string, args: readonly string[], input = ''): Done {
  const libraries = ['libasan.so', 'libubsan.so'].map((name) =>
    run('g++', [`-print-file-name=${name}`]).said.trim(),
  );
  const addon = join(build(sanitized, ['addon']), 'cryptable.node');
  return run(process.execPath, [join(root, script), addon, ...args], {
    input,
    // Node does not free what it has when it ends.
    environment: { LD_PRELOAD: libraries.join(' '), ASAN_OPTIONS: 'detect_leaks=0' },
  });
}

describe('with AddressSanitizer and UndefinedBehaviorSanitizer watching the addon', () => {
  for (const kernel of testedAddon.kernels) {
    proofTest(`a key has its whole life with ${kernel}, on threads too`, sanitized.tools, () => {
      const folder = mkdtempSync(join(tmpdir(), 'cryptable-sanitized-'));
      const keyFile = join(folder, 'key');
      writeFileSync(keyFile, randomBytes(32));
      const tasks = ['work', 'stumble', 'end-worker', 'work', 'destroy'];
      const done = watchedNode('test/native/key-at-work.mjs', [kernel, keyFile], `${tasks.join('\n')}\n`);
      rmSync(folder, { recursive: true });
      expect(done.code, done.said).toBe(0);
      expect([...done.said.matchAll(/"did":"([a-z-]+)"/g)].map((match) => match[1])).toEqual(tasks);
    });
  }

  proofTest('workers end in the middle of a batch', sanitized.tools, () => {
    const [kernel = ''] = testedAddon.kernels;
    const done = watchedNode('test/crash/terminated-workers.mjs', [kernel]);
    expect(done, done.said).toEqual({ code: 0, said: 'alive' });
  });
});
