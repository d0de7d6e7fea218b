import { describe, expect, test } from 'vitest';
import { refuseDetached, refuseUnshared } from '../../src/crypto/batch-mistake.ts';
import type { PageBatch } from '../../src/crypto/core.ts';
import { usableCores } from '../support/usable-cores.ts';

function batchWith(changed: Partial<PageBatch>): PageBatch {
  const empty = () => new Uint8Array(0);
  return { input: empty(), output: empty(), aad: empty(), pages: new Uint32Array(0), ...changed };
}

function detached<T extends Uint8Array | Uint32Array>(view: T): T {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

/** A view of eight bytes whose memory shrank to four. The types know of such memory only in a later standard. */
function shrunk(): Uint8Array {
  const options = { maxByteLength: 8 };
  const Resizable = ArrayBuffer as unknown as new (bytes: number, options: object) => ArrayBuffer;
  const memory = new Resizable(8, options) as ArrayBuffer & { resize(bytes: number): void };
  const view = new Uint8Array(memory, 0, 8);
  memory.resize(4);
  return view;
}

const gone: [string, () => Partial<PageBatch>][] = [
  ['a detached input', () => ({ input: detached(new Uint8Array(8)) })],
  ['a detached output', () => ({ output: detached(new Uint8Array(8)) })],
  ['detached associated data', () => ({ aad: detached(new Uint8Array(8)) })],
  ['a detached table', () => ({ pages: detached(new Uint32Array(5)) })],
  ['an input that shrank', () => ({ input: shrunk() })],
  ['an output that shrank', () => ({ output: shrunk() })],
];
const detachedMistake = expect.objectContaining({ name: 'RangeError', code: 'ERR_BUFFER_DETACHED' });
const unsharedMistake = expect.objectContaining({ name: 'RangeError', code: 'ERR_BUFFER_NOT_SHARED' });

for (const [what, change] of gone) {
  test(`${what} is refused by name`, () => {
    expect(() => refuseDetached(batchWith(change()))).toThrow(detachedMistake);
  });

  for (const { name, core } of usableCores) {
    test(`${what} is refused by ${name}, also by a promise`, async () => {
      const key = core.generateKey();
      const shared = () => new Uint8Array(new SharedArrayBuffer(8));
      const batch = batchWith({ input: shared(), output: shared(), aad: shared(), ...change() });
      expect(() => core.sealPages(key, batch)).toThrow(detachedMistake);
      expect(() => core.openPages(key, batch)).toThrow(detachedMistake);
      await expect(core.sealPagesAsync(key, batch)).rejects.toThrow(detachedMistake);
      await expect(core.openPagesAsync(key, batch)).rejects.toThrow(detachedMistake);
    });
  }
}

test('empty buffers are nothing to refuse', () => {
  refuseDetached(batchWith({}));
  refuseUnshared(batchWith({}));
});

describe('memory that others could take away', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  for (const name of ['input', 'output', 'aad'] as const) {
    test(`is refused as the ${name} of an asynchronous batch`, () => {
      const all = { input: shared, output: shared, aad: shared };
      refuseUnshared(batchWith(all));
      expect(() => refuseUnshared(batchWith({ ...all, [name]: new Uint8Array(8) }))).toThrow(unsharedMistake);
    });
  }

  for (const { name, core } of usableCores) {
    test(`is refused by ${name}, and not written to`, async () => {
      const key = core.generateKey();
      const output = new Uint8Array(48);
      const batch = batchWith({ input: shared, output, pages: Uint32Array.of(0, 8, 0, 0, 0) });
      await expect(core.sealPagesAsync(key, batch)).rejects.toThrow(unsharedMistake);
      expect(output).toEqual(new Uint8Array(48));
    });
  }
});
