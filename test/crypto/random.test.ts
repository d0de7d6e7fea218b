import { afterEach, describe, expect, test, vi } from 'vitest';
import { fillRandom } from '../../src/crypto/random.ts';

/** Which of the two sources gives the same bytes each time, as Node's does in two clones of one machine. */
const stuck = vi.hoisted(() => ({ node: false, kernel: false }));

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof import('node:crypto')>();
  const randomFillSync = (bytes: Uint8Array) => (stuck.node ? bytes.fill(1) : actual.randomFillSync(bytes));
  return { ...actual, randomFillSync };
});

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  // One byte at a time, as a read that a signal interrupts may end early.
  const readSync = (file: number, bytes: Uint8Array, at: number) => {
    const count = actual.readSync(file, bytes, at, 1, null);
    if (stuck.kernel) bytes.fill(1, at, at + 1);
    return count;
  };
  return { ...actual, readSync };
});

afterEach(() => Object.assign(stuck, { node: false, kernel: false }));

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('random bytes', () => {
  test('fill what they are asked to fill, from its first to its last byte, and nothing beside it', () => {
    for (const size of [0, 1, 12, 20, 32, 1000]) {
      const seen = new Uint8Array(size);
      for (let turn = 0; turn < 20; turn++) {
        const memory = new Uint8Array(size + 2);
        fillRandom(memory.subarray(1, size + 1));
        expect([memory[0], memory[size + 1]]).toEqual([0, 0]);
        for (let index = 0; index < size; index++)
          seen[index] = (seen[index] ?? 0) | (memory[index + 1] ?? 0);
      }
      // A byte that is zero twenty times over was not written.
      expect(seen.every((byte) => byte !== 0)).toBe(true);
    }
  });

  test('never come again', () => {
    const drawn = Array.from({ length: 5_000 }, () => {
      const bytes = new Uint8Array(12);
      fillRandom(bytes);
      return hex(bytes);
    });
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test('have every value of a byte about as often', () => {
    const bytes = new Uint8Array(256 * 400);
    fillRandom(bytes);
    const counts = new Array<number>(256).fill(0);
    for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
    // Ten standard deviations around 400.
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(200);
  });

  for (const source of ['node', 'kernel'] as const) {
    test(`R-NON-1: differ although the ${source}'s generator gives the same again, in every byte`, () => {
      stuck[source] = true;
      const columns = Array.from({ length: 32 }, () => new Set<number>());
      for (let turn = 0; turn < 50; turn++) {
        const bytes = new Uint8Array(columns.length);
        fillRandom(bytes);
        for (const [index, byte] of bytes.entries()) columns[index]?.add(byte);
      }
      for (const [index, column] of columns.entries())
        expect(column.size, `byte ${index}`).toBeGreaterThan(20);
    });
  }

  test('would be the same again with both generators stuck, as these tests arrange it', () => {
    Object.assign(stuck, { node: true, kernel: true });
    const [first, second] = [new Uint8Array(16), new Uint8Array(16)];
    fillRandom(first);
    fillRandom(second);
    expect(first).toEqual(second);
  });
});
