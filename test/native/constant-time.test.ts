import { describe, expect } from 'vitest';
import { testedAddon } from '../support/usable-cores.ts';
import { budget, build, plain, proofTest, run } from './proof.ts';

const samples = budget('CRYPTABLE_DUDECT_SAMPLES', 20_000);
const found = 99;
const watched = ['-q', `--error-exitcode=${found}`, '--error-limit=no'];

describe('R-CT-1: no branch and no address depends on a secret', () => {
  const start = (...args: string[]) =>
    run('valgrind', [...watched, `${build(plain, ['ctgrind'])}/ctgrind`, ...args]);

  proofTest('in the portable kernel, AES-NI, wrapping and comparing', [...plain.tools, 'valgrind'], () => {
    const done = start();
    expect(done.code, done.said).toBe(0);
    expect(done.said).toContain('kernel portable');
    expect(done.said).toContain('kernel aesni');
    expect(done.said).not.toContain('uninitialised');
  });

  proofTest('and one that did would be found', [...plain.tools, 'valgrind'], () => {
    const done = start('leaky');
    expect(done.code, done.said).toBe(found);
    expect(done.said).toContain('Use of uninitialised value');
    expect(done.said).toContain('Conditional jump');
  });
});

describe('R-ORA-1: the time tells tags apart no better than chance, keys and texts by less than 2 %', () => {
  const questions = ['seal-by-key', 'seal-by-text', 'open-by-tag', 'compare-tags', 'planted-in-sealing'];
  for (const kernel of testedAddon.kernels) {
    proofTest(`with ${kernel}, in ${samples} measurements; planted leaks show`, plain.tools, () => {
      const path = `${build(plain, ['dudect'])}/dudect`;
      for (const seed of ['1', '2', '3']) {
        const done = run(path, [kernel, String(samples), seed]);
        expect(done.code, done.said).toBe(0);
        for (const question of questions) expect(done.said).toContain(`t ${question} `);
      }
    });
  }

  proofTest('a kernel that is not there is no success', plain.tools, () => {
    expect(run(`${build(plain, ['dudect'])}/dudect`, ['vaes1024', '10']).code).toBe(1);
  });
});
