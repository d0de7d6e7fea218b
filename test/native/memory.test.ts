import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testedAddon } from '../support/usable-cores.ts';
import { gcmMaterialOf, materialOf, roundKeys } from './key-material.ts';
import { KeyProcess, type Task } from './key-process.ts';
import { needlesIn } from './needle-search.ts';
import { build, plain, proofTest, run } from './proof.ts';

const tools = ['gcore'];

describe('R-MEM-1, R-MEM-3, R-MEM-4: a core dump has nothing of a key, at work or gone', () => {
  const tasks: readonly Task[] = ['work', 'stumble', 'end-worker', 'destroy'];
  testedAddon.kernels.forEach((kernel, index) => {
    // A dump takes seconds: after each task with the best kernel, with the key at work and gone with the others.
    const looksAfter = index === 0 ? tasks : tasks.slice(2);
    proofTest(`after ${looksAfter.join(', ')} with ${kernel}`, tools, async () => {
      const life = await KeyProcess.start(kernel);
      try {
        for (const task of tasks) {
          await life.does(task);
          if (looksAfter.includes(task)) expect(life.keyMaterialInCore(), `after ${task}`).toEqual([]);
        }
      } finally {
        life.end();
      }
    });
  });

  proofTest('unless JavaScript keeps a copy: then it is found', tools, async () => {
    const life = await KeyProcess.start('portable');
    try {
      await life.does('leak');
      const found = life.keyMaterialInCore();
      expect(found).toEqual(
        expect.arrayContaining(['key, half 0', 'key, half 3', 'key, round key 1, half 1']),
      );
    } finally {
      life.end();
    }
  });
});

proofTest('R-MEM-3: a heap snapshot has nothing of a key', [], async () => {
  const life = await KeyProcess.start('portable');
  try {
    await life.does('work');
    await life.does('snapshot');
    expect(life.keyMaterialInSnapshot()).toEqual([]);
  } finally {
    life.end();
  }
});

describe('what is looked for', () => {
  const key = randomBytes(32);
  const nonce = randomBytes(12);
  const folder = () => mkdtempSync(join(tmpdir(), 'cryptable-needles-'));

  test('the schedule of FIPS 197, appendix A.3, ends as it does there', () => {
    const published = Buffer.from('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', 'hex');
    expect(roundKeys(published).at(-1)?.toString('hex')).toBe('fe4890d1e6188d0b046df344706c631e');
  });

  test('a needle is found at any place, and nothing else is', () => {
    const place = folder();
    const needles = materialOf(key, [nonce]);
    for (const at of [0, 1, 2, 3, 5, 4094, 33_554_430]) {
      const [needle] = needles.filter(({ name }) => name === 'key, half 2');
      if (needle === undefined) throw new Error('there is no such needle');
      const bytes = Buffer.alloc(at + 100);
      needle.bytes.copy(bytes, at);
      writeFileSync(join(place, 'file'), bytes);
      expect(needlesIn(join(place, 'file'), needles)).toEqual(['key, half 2', 'key, round key 1, half 0']);
    }
    writeFileSync(join(place, 'file'), randomBytes(100_000));
    expect(needlesIn(join(place, 'file'), needles)).toEqual([]);
    rmSync(place, { recursive: true });
  });

  // The portable kernel slices its round keys into bits; they are looked for as they are before that.
  for (const kernel of testedAddon.kernels.filter((name) => name !== 'portable')) {
    proofTest(`what ${kernel} keeps of a key is among it`, plain.tools, () => {
      const place = folder();
      const file = join(place, 'tables');
      const program = `${build(plain, ['key_tables'])}/key_tables`;
      const done = run(program, [kernel, key.toString('hex'), file]);
      expect(done.code, done.said).toBe(0);
      const found = needlesIn(file, gcmMaterialOf('key', key));
      rmSync(place, { recursive: true });
      const count = (part: string) => found.filter((name) => name.includes(part)).length;
      expect(count('round key')).toBe(30);
      expect(count('for POLYVAL')).toBeGreaterThanOrEqual(2 * 256);
      expect(count('for Karatsuba')).toBeGreaterThanOrEqual(256);
      expect(count('first rounds')).toBeGreaterThanOrEqual(60);
    });
  }
});
