import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AssertionFault } from '../../src/base/errors.ts';
import {
  type CryptoCore,
  nonceBytes,
  sealedPageOverheadBytes as overhead,
  type SecretKey,
  tagBytes,
} from '../../src/crypto/core.ts';
import { arenaBatch } from '../support/arena-batch.ts';
import { oracleOpenPage } from '../support/oracle.ts';
import { gapsUntouched, openBatch, outputsOf, type PagePlan, sealBatch } from '../support/page-table.ts';
import { usableCores } from '../support/usable-cores.ts';

/** What every core promises about keys and pages. Envelopes, batches and lengths have files of their own. */

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const none: Uint8Array = new Uint8Array(0);

function sealAll(core: CryptoCore, key: SecretKey, plans: readonly PagePlan[]): Uint8Array[] {
  const batch = sealBatch(plans);
  core.sealPages(key, batch);
  return outputsOf(batch, overhead).map((page) => page.slice());
}

function openOne(
  core: CryptoCore,
  key: SecretKey,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const batch = openBatch([{ input: sealed, aad }]);
  return core.openPages(key, batch) === -1 ? batch.output : undefined;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function isZero(bytes: Uint8Array, pageAt = 0): boolean {
  return bytes.subarray(pageAt, pageAt + 8192).every((byte) => byte === 0);
}

/** Sizes around each block, group and page, shuffled by their place so that neighbours differ. */
const mixedSizes = [
  8192, 0, 1, 4096, 15, 16, 17, 255, 256, 257, 0, 1023, 511, 2048, 31, 32, 33, 8191, 127, 64,
];

function mixedPlans(): PagePlan[] {
  return mixedSizes.map((size, index) => ({
    input: randomBytes(size),
    aad: randomBytes((index * 13) % 61),
    inGap: index % 3,
    outGap: (index * 7) % 19,
    aadGap: index % 5,
  }));
}

for (const { name, core } of usableCores) {
  describe(`pages sealed by ${name}`, () => {
    test('open as what they were, and nothing beside them is written', () => {
      const key = core.generateKey();
      const plans = mixedPlans();
      const sealing = sealBatch(plans);
      core.sealPages(key, sealing);
      expect(gapsUntouched(sealing, overhead)).toBe(true);
      const sealed = outputsOf(sealing, overhead);
      const opening = openBatch(plans.map((plan, index) => ({ ...plan, input: sealed[index] ?? none })));
      expect(core.openPages(key, opening)).toBe(-1);
      expect(gapsUntouched(opening, -overhead)).toBe(true);
      const opened = outputsOf(opening, -overhead).map(hex);
      expect(opened).toEqual(plans.map(({ input }) => hex(input)));
    });

    test('are XAES-256-GCM, as the oracle computes it', () => {
      const bytes = randomBytes(32);
      const plans = mixedPlans();
      const sealed = sealAll(core, core.importKey(Uint8Array.from(bytes)), plans);
      for (const [index, { input, aad = none }] of plans.entries()) {
        expect(hex(oracleOpenPage(bytes, sealed[index] ?? none, aad))).toBe(hex(input));
      }
    });

    test('open in place, and are sealed in place', () => {
      const key = core.generateKey();
      const aad = randomBytes(9);
      for (const size of [0, 1, 16, 100, 255, 256, 1000, 4096, 8192]) {
        const memory = randomBytes(nonceBytes + size + tagBytes);
        const plain = memory.subarray(nonceBytes, nonceBytes + size);
        const before = hex(plain);
        const sealing = Uint32Array.of(nonceBytes, size, 0, 0, 9);
        core.sealPages(key, { input: memory, output: memory, aad, pages: sealing });
        expect(hex(openOne(core, key, memory, aad) ?? none)).toBe(before);
        const opening = Uint32Array.of(0, memory.length, nonceBytes, 0, 9);
        expect(core.openPages(key, { input: memory, output: memory, aad, pages: opening })).toBe(-1);
        expect(hex(plain)).toBe(before);
      }
    });

    test('open however their batches are mixed', () => {
      const key = core.generateKey();
      const batches = [0, 1, 2].map(() => mixedPlans().map((plan) => ({ plan, sealed: none })));
      for (const batch of batches) {
        const sealed = sealAll(
          core,
          key,
          batch.map(({ plan }) => plan),
        );
        for (const [index, page] of batch.entries()) page.sealed = sealed[index] ?? none;
      }
      const mixed = mixedSizes.flatMap((_, index) =>
        batches.map((batch) => batch[index] ?? { plan: { input: none }, sealed: none }),
      );
      const opening = openBatch(mixed.map(({ plan, sealed }) => ({ ...plan, input: sealed })));
      expect(core.openPages(key, opening)).toBe(-1);
      expect(outputsOf(opening, -overhead).map(hex)).toEqual(mixed.map(({ plan }) => hex(plan.input)));
    });

    test('of an empty batch are none', () => {
      const key = core.generateKey();
      const batch = { input: none, output: none, aad: none, pages: new Uint32Array(0) };
      core.sealPages(key, batch);
      expect(core.openPages(key, batch)).toBe(-1);
    });

    for (const size of [0, 1, 16, 40, 300]) {
      test(`of ${size} bytes do not open with any bit of nonce, text, tag or associated data flipped`, () => {
        const key = core.generateKey();
        const aad = randomBytes(20);
        const [sealed = none] = sealAll(core, key, [{ input: randomBytes(size), aad }]);
        expect(openOne(core, key, sealed, aad)).toBeDefined();
        for (let bit = 0; bit < sealed.length * 8; bit++) {
          expect(openOne(core, key, flipped(sealed, bit), aad), `bit ${bit}`).toBeUndefined();
        }
        for (let bit = 0; bit < aad.length * 8; bit++) {
          expect(openOne(core, key, sealed, flipped(aad, bit)), `bit ${bit} of aad`).toBeUndefined();
        }
      });
    }

    for (const size of [257, 1000, 4096, 4111, 8192]) {
      test(`of ${size} bytes do not open with any byte changed, cut off or added`, () => {
        const key = core.generateKey();
        const aad = randomBytes(48);
        const [sealed = none] = sealAll(core, key, [{ input: randomBytes(size), aad }]);
        for (let byte = 0; byte < sealed.length; byte++) {
          const wrong = flipped(sealed, byte * 8 + (byte % 8));
          expect(openOne(core, key, wrong, aad), `byte ${byte}`).toBeUndefined();
        }
        for (const cut of [1, 15, 16, 17, size]) {
          expect(openOne(core, key, sealed.subarray(0, -cut), aad)).toBeUndefined();
          expect(openOne(core, key, Buffer.concat([sealed, new Uint8Array(cut)]), aad)).toBeUndefined();
        }
        expect(openOne(core, key, sealed, aad.subarray(1))).toBeUndefined();
        expect(openOne(core, key, sealed, Buffer.concat([aad, Buffer.alloc(1)]))).toBeUndefined();
        expect(openOne(core, core.generateKey(), sealed, aad)).toBeUndefined();
        expect(openOne(core, key, sealed, aad)).toBeDefined();
      });
    }

    for (const wrong of [
      [0],
      [3],
      [mixedSizes.length - 1],
      [2, 7, 11],
      mixedSizes.map((_, index) => index),
    ]) {
      test(`that fail are zeros and the others open, where pages ${wrong.join(', ')} are changed`, () => {
        const key = core.generateKey();
        const plans = mixedPlans();
        const sealed = sealAll(core, key, plans);
        const opening = openBatch(
          plans.map((plan, index) => {
            const page = sealed[index] ?? none;
            return { ...plan, input: wrong.includes(index) ? flipped(page, page.length * 8 - 1) : page };
          }),
        );
        expect(core.openPages(key, opening)).toBe(wrong[0]);
        expect(gapsUntouched(opening, -overhead)).toBe(true);
        const expected = plans.map(({ input }, index) =>
          wrong.includes(index) ? '00'.repeat(input.length) : hex(input),
        );
        expect(outputsOf(opening, -overhead).map(hex)).toEqual(expected);
      });
    }
  });

  describe(`pages sealed by ${name} behind a promise`, () => {
    // Below the size that leaves the thread, one run, and several runs of which the last is short.
    for (const pageCount of [0, 1, 100, 131, 500]) {
      test(`open as what they were, here as there, where there are ${pageCount}`, async () => {
        const key = core.generateKey();
        const { sealing, opening, opened } = arenaBatch({ pageCount, pageBytes: 8192 });
        const work = core.sealPagesAsync(key, sealing);
        sealing.pages.fill(0xffff_ffff);
        expect(await work).toBeUndefined();
        expect(core.openPages(key, opening)).toBe(-1);
        expect(Buffer.compare(opened, sealing.input)).toBe(0);
        opened.fill(0);
        expect(await core.openPagesAsync(key, opening)).toBe(-1);
        expect(Buffer.compare(opened, sealing.input)).toBe(0);
        expect(await core.openPagesAsync(core.generateKey(), opening)).toBe(pageCount === 0 ? -1 : 0);
        expect(opened.every((byte) => byte === 0)).toBe(true);
      });
    }

    test('name the first that failed in any run, and leave zeros for each', async () => {
      const key = core.generateKey();
      const { sealing, opening, opened, sealedAt } = arenaBatch({ pageCount: 400, pageBytes: 8192 });
      await core.sealPagesAsync(key, sealing);
      for (const page of [399, 260, 259]) {
        const at = sealedAt(page) + 30;
        sealing.output[at] = (sealing.output[at] ?? 0) ^ 1;
        expect(await core.openPagesAsync(key, opening)).toBe(page);
      }
      const failed = [...opening.pages.keys()].filter(
        (at) => at % 5 === 2 && isZero(opened, opening.pages[at]),
      );
      expect(failed.map((at) => Math.floor(at / 5))).toEqual([259, 260, 399]);
    });

    test('are refused as those of other batches are, before anything is written', async () => {
      const key = core.generateKey();
      const { sealing } = arenaBatch({ pageCount: 200, pageBytes: 8192 });
      for (const [at, code] of [
        [5, 'ERR_PAGE_OUTSIDE'],
        [2, 'ERR_PAGES_OVERLAP'],
      ] as const) {
        const pages = Uint32Array.from(sealing.pages);
        pages[at] = (pages[at] ?? 0) + (at === 5 ? sealing.input.length : 1);
        await expect(core.sealPagesAsync(key, { ...sealing, pages })).rejects.toThrow(
          expect.objectContaining({ code }),
        );
      }
      expect(sealing.output.every((byte) => byte === 0)).toBe(true);
    });

    test('have nonces that never come again', async () => {
      const { sealing, sealedAt } = arenaBatch({ pageCount: 600, pageBytes: 8192 });
      await core.sealPagesAsync(core.generateKey(), sealing);
      const nonces = Array.from({ length: 600 }, (_, page) =>
        hex(sealing.output.subarray(sealedAt(page), sealedAt(page) + nonceBytes)),
      );
      expect(new Set(nonces).size).toBe(600);
    });

    test('need a key that is not destroyed', async () => {
      const key = core.generateKey();
      key.destroy();
      const { sealing } = arenaBatch({ pageCount: 0, pageBytes: 16 });
      await expect(core.sealPagesAsync(key, sealing)).rejects.toThrow(AssertionFault);
      await expect(core.openPagesAsync(key, sealing)).rejects.toThrow(AssertionFault);
    });
  });

  describe(`R-NON-1: the nonces of ${name}`, () => {
    const batchCount = 2_000;
    const pageCount = 64;

    test('share twenty random bytes in a batch and count its pages in the rest', () => {
      const key = core.generateKey();
      const prefixes = new Set<string>();
      const keyNonces = new Set<string>();
      const plans = Array.from({ length: pageCount }, () => ({ input: none }));
      for (let turn = 0; turn < batchCount; turn++) {
        const nonces = sealAll(core, key, plans).map((page) => Buffer.from(page.subarray(0, nonceBytes)));
        const prefix = nonces[0]?.toString('hex', 0, 20) ?? '';
        for (const [index, nonce] of nonces.entries()) {
          if (nonce.toString('hex', 0, 20) !== prefix) throw new Error(`page ${index} has another prefix`);
          if (nonce.readUInt32LE(20) !== index) throw new Error(`page ${index} has the number of another`);
        }
        prefixes.add(prefix);
        keyNonces.add(prefix.slice(0, 24));
      }
      expect([prefixes.size, keyNonces.size]).toEqual([batchCount, batchCount]);
    });

    test('have every bit set in about half of the batches', () => {
      const key = core.generateKey();
      const counts = new Array<number>(160).fill(0);
      for (let turn = 0; turn < batchCount; turn++) {
        const [page = none] = sealAll(core, key, [{ input: none }]);
        for (let bit = 0; bit < counts.length; bit++) {
          counts[bit] = (counts[bit] ?? 0) + (((page[bit >> 3] ?? 0) >> (bit & 7)) & 1);
        }
      }
      // Eight standard deviations: no sound generator is ever that far off.
      const spread = 8 * Math.sqrt(batchCount / 4);
      for (const count of counts) expect(Math.abs(count - batchCount / 2)).toBeLessThan(spread);
    });
  });

  describe(`keys of ${name}`, () => {
    test('are wiped in the bytes they were made from', () => {
      const bytes = randomBytes(40);
      const around = [hex(bytes.subarray(0, 4)), hex(bytes.subarray(36))];
      core.importKey(bytes.subarray(4, 36));
      expect(hex(bytes.subarray(4, 36))).toBe('00'.repeat(32));
      expect([hex(bytes.subarray(0, 4)), hex(bytes.subarray(36))]).toEqual(around);
    });

    test('have 32 bytes', () => {
      for (const size of [0, 16, 31, 33, 64]) {
        expect(() => core.importKey(new Uint8Array(size))).toThrow(AssertionFault);
      }
    });

    test('differ whenever they are generated', () => {
      const keys = Array.from({ length: 50 }, () => core.generateKey());
      const [sealed = none] = sealAll(core, keys[0] as SecretKey, [{ input: Buffer.from('page') }]);
      const opening = keys.filter((key) => openOne(core, key, sealed, none) !== undefined);
      expect(opening).toEqual([keys[0]]);
    });

    test('are derived alike from one parent and info, and differ where either does', () => {
      const parent = core.generateKey();
      const info = randomBytes(30);
      const [sealed = none] = sealAll(core, core.deriveKey(parent, info), [{ input: Buffer.from('page') }]);
      expect(openOne(core, core.deriveKey(parent, info), sealed, none)).toBeDefined();
      const others = [
        core.deriveKey(core.generateKey(), info),
        core.deriveKey(parent, flipped(info, 0)),
        core.deriveKey(parent, info.subarray(1)),
        core.deriveKey(parent, none),
        parent,
      ];
      for (const other of others) expect(openOne(core, other, sealed, none)).toBeUndefined();
    });

    test('do not show themselves', () => {
      const bytes = randomBytes(32);
      const [asHex, asText] = [hex(bytes), bytes.toString('latin1')];
      const key = core.importKey(bytes);
      expect(Object.keys(key)).toEqual([]);
      expect(JSON.stringify(key)).toBe('{}');
      for (const shown of [asHex, asText])
        expect(inspect(key, { showHidden: true, depth: 9 })).not.toContain(shown);
    });

    const batch = () => ({ ...sealBatch([{ input: Buffer.from('x') }]) });
    const uses: [string, (key: SecretKey) => unknown][] = [
      ['deriveKey', (key) => core.deriveKey(key, none)],
      ['sealKey as the wrapping key', (key) => core.sealKey(key, core.generateKey(), none)],
      ['sealKey as the key to seal', (key) => core.sealKey(core.generateKey(), key, none)],
      ['openKey', (key) => core.openKey(key, new Uint8Array(104), none)],
      ['sealBytes', (key) => core.sealBytes(key, none, none)],
      ['openBytes', (key) => core.openBytes(key, new Uint8Array(72), none)],
      ['sealPages', (key) => core.sealPages(key, batch())],
      ['openPages', (key) => core.openPages(key, { ...batch(), pages: new Uint32Array(0) })],
    ];
    for (const [use, act] of uses) {
      test(`are asserted not to be destroyed by ${use}`, () => {
        const key = core.generateKey();
        expect(key.destroyed).toBe(false);
        key.destroy();
        key.destroy();
        expect(key.destroyed).toBe(true);
        expect(() => act(key)).toThrow(AssertionFault);
      });

      test(`are asserted by ${use} to be of the same core`, () => {
        const others: SecretKey[] = [{ destroyed: false, destroy: () => {} }];
        for (const other of usableCores) {
          if (other.core.name !== core.name) others.push(other.core.generateKey());
        }
        for (const other of others) expect(() => act(other)).toThrow(AssertionFault);
      });
    }

    test('live on when a key they were derived from or sealed under is destroyed', () => {
      const parent = core.generateKey();
      const child = core.deriveKey(parent, none);
      const unwrapped = core.openKey(parent, core.sealKey(parent, child, none), none);
      parent.destroy();
      const [sealed = none] = sealAll(core, child, [{ input: Buffer.from('page') }]);
      child.destroy();
      expect(openOne(core, unwrapped, sealed, none)).toBeDefined();
    });
  });
}

describe('any two cores', () => {
  const pairs = usableCores.flatMap((from) => usableCores.map((to) => [from, to] as const));
  for (const [from, to] of pairs) {
    test(`${to.name} opens the pages that ${from.name} sealed`, () => {
      const bytes = randomBytes(32);
      const plans = mixedPlans();
      const sealed = sealAll(from.core, from.core.importKey(Uint8Array.from(bytes)), plans);
      const opening = openBatch(plans.map((plan, index) => ({ ...plan, input: sealed[index] ?? none })));
      expect(to.core.openPages(to.core.importKey(bytes), opening)).toBe(-1);
      expect(outputsOf(opening, -overhead).map(hex)).toEqual(plans.map(({ input }) => hex(input)));
    });
  }
});
