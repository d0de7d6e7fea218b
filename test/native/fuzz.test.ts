import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { budget, build, fuzzing, proofTest, run } from './proof.ts';

const seconds = budget('CRYPTABLE_FUZZ_SECONDS', 5);

proofTest(`a fuzzer finds no table of pages that misleads the cipher, in ${seconds} s`, fuzzing.tools, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cryptable-fuzz-'));
  try {
    const done = run(`${build(fuzzing, ['fuzz_pages'])}/fuzz_pages`, [
      `-max_total_time=${seconds}`,
      '-max_len=20000',
      '-len_control=20',
      '-print_final_stats=1',
      `-artifact_prefix=${folder}/`,
      folder,
    ]);
    expect(done.code, done.said).toBe(0);
    // It has found its way in: nearly nothing is new to a fuzzer that is refused at the door.
    expect(readdirSync(folder).length).toBeGreaterThan(20);
    expect(Number(/number_of_executed_units: (\d+)/.exec(done.said)?.[1])).toBeGreaterThan(100);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
