import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import { BatchStop } from '../../src/crypto/batch-stop.ts';
import type { CryptoCore } from '../../src/crypto/core.ts';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';
import { createNativeCore } from '../../src/crypto/native-core.ts';
import { arenaBatch } from '../support/arena-batch.ts';
import { addonSkipped, testedAddon } from '../support/usable-cores.ts';

describe('a stop', () => {
  test('is set by its owner or its signal, and once released by its owner alone', () => {
    const aborting = new AbortController();
    const [own, bySignal, released] = [
      new BatchStop(),
      new BatchStop(aborting.signal),
      new BatchStop(aborting.signal),
    ];
    released.release();
    expect([own.isSet, bySignal.isSet, released.isSet]).toEqual([false, false, false]);
    aborting.abort();
    own.set();
    expect([own.isSet, bySignal.isSet, released.isSet]).toEqual([true, true, false]);
    expect(own.flag[0]).toBe(1);
  });

  test('is not to be had from a signal that has aborted', () => {
    const reason = new Error('too late');
    expect(() => new BatchStop(AbortSignal.abort(reason))).toThrow(reason);
  });
});

/** Slow enough, and with runs enough, that what is said at its start reaches it long before its end. */
const plan = { pageCount: 4096, pageBytes: 8192 };

const stoppable: [string, () => CryptoCore][] = [['fallback', createFallbackCore]];
if (!addonSkipped) {
  stoppable.push(['the slowest kernel', () => createNativeCore({ addon: testedAddon, kernel: 'portable' })]);
}

for (const [name, open] of stoppable) {
  describe(`an asynchronous batch under ${name}`, () => {
    const core = open();
    const { sealing, sealedAt } = arenaBatch(plan);
    const written = () => sealing.output.subarray(sealedAt(plan.pageCount - 1)).some((byte) => byte !== 0);

    test('is stopped by its signal, with its reason, before its end', async () => {
      const aborting = new AbortController();
      const reason = new Error('enough');
      const work = core.sealPagesAsync(core.generateKey(), sealing, { signal: aborting.signal });
      setImmediate(() => aborting.abort(reason));
      await expect(work).rejects.toBe(reason);
      expect(written()).toBe(false);
    });

    test('does not begin where its signal has aborted', async () => {
      const signal = AbortSignal.abort(new Error('before'));
      await expect(core.sealPagesAsync(core.generateKey(), sealing, { signal })).rejects.toThrow('before');
      await expect(core.openPagesAsync(core.generateKey(), sealing, { signal })).rejects.toThrow('before');
    });

    test('is stopped by the end of its key, and never goes on with another', async () => {
      const key = core.generateKey();
      const work = core.sealPagesAsync(key, sealing);
      setImmediate(() => key.destroy());
      await expect(work).rejects.toThrow(AssertionFault);
      expect(written()).toBe(false);
    });

    test('is unmoved by the end of another key, and by a signal that does not abort', async () => {
      const { signal } = new AbortController();
      const small = arenaBatch({ pageCount: 300, pageBytes: 8192 });
      const [key, other] = [core.generateKey(), core.generateKey()];
      const work = core.sealPagesAsync(key, small.sealing, { signal });
      other.destroy();
      await work;
      expect(core.openPages(key, small.opening)).toBe(-1);
    });
  });
}
