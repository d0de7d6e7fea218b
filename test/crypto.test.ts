import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  cipherInUse,
  createArena,
  IntegrityFault,
  openPages,
  openPagesAsync,
  type PageBatch,
  PageKey,
  sealedPageOverheadBytes,
  sealPages,
  sealPagesAsync,
} from '../src/crypto.ts';
import { arenaBatch } from './support/arena-batch.ts';
import { oracleOpenPage } from './support/oracle.ts';
import { addonSkipped, testedAddon } from './support/usable-cores.ts';

const small = { pageCount: 20, pageBytes: 1000 };

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
}

describe('the public cipher', () => {
  test('seals pages that open as what they were', () => {
    const key = PageKey.generate();
    const { sealing, opening, opened } = arenaBatch(small);
    sealPages(key, sealing);
    openPages(key, opening);
    expect(Buffer.compare(opened, sealing.input)).toBe(0);
  });

  test('seals and opens behind a promise', async () => {
    const key = PageKey.generate();
    for (const plan of [small, { pageCount: 300, pageBytes: 8192 }]) {
      const { sealing, opening, opened } = arenaBatch(plan);
      await sealPagesAsync(key, sealing);
      await openPagesAsync(key, opening);
      expect(Buffer.compare(opened, sealing.input)).toBe(0);
    }
  });

  test('takes ordinary memory where the call waits for the end', () => {
    const key = PageKey.generate();
    const [input, output] = [randomBytes(10), Buffer.alloc(10 + sealedPageOverheadBytes)];
    const aad = Buffer.from('page 1');
    sealPages(key, { input, output, aad, pages: Uint32Array.of(0, 10, 0, 0, 6) });
    const opened = new Uint8Array(10);
    openPages(key, { input: output, output: opened, aad, pages: Uint32Array.of(0, 50, 0, 0, 6) });
    expect(Buffer.compare(input, opened)).toBe(0);
  });

  test('is XAES-256-GCM under the imported key, whose bytes it wipes', () => {
    const bytes = randomBytes(32);
    const copy = Uint8Array.from(bytes);
    const key = PageKey.import(bytes);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    const { sealing, sealedAt } = arenaBatch(small);
    sealPages(key, sealing);
    const page = sealing.output.slice(sealedAt(3), sealedAt(4));
    const plain = oracleOpenPage(copy, page, sealing.aad.slice(48, 64));
    expect(plain.equals(sealing.input.subarray(3000, 4000))).toBe(true);
  });

  test('says which page failed first, never why, leaves zeros for it, and opens the others', async () => {
    const key = PageKey.generate();
    const { sealing, opening, opened, sealedAt } = arenaBatch(small);
    sealPages(key, sealing);
    const faults: unknown[] = [];
    // A byte of nonce, text and tag, and of the associated data.
    const places = [sealedAt(5), sealedAt(5) + 30, sealedAt(6) - 1].map(
      (at) => [sealing.output, at] as const,
    );
    for (const [memory, at] of [...places, [sealing.aad, 5 * 16] as const]) {
      flip(memory, at);
      for (const open of [async () => openPages(key, opening), () => openPagesAsync(key, opening)]) {
        opened.fill(0xa5);
        const fault = await open().catch((thrown: unknown) => thrown);
        expect(fault).toBeInstanceOf(IntegrityFault);
        faults.push({ ...(fault as IntegrityFault).place, message: (fault as IntegrityFault).message });
        expect(opened.subarray(5000, 6000).every((byte) => byte === 0)).toBe(true);
        expect(Buffer.compare(opened.subarray(6000), sealing.input.subarray(6000))).toBe(0);
      }
      flip(memory, at);
    }
    expect(new Set(faults.map((fault) => JSON.stringify(fault))).size).toBe(1);
    expect(faults[0]).toMatchObject({ page: 5 });
    openPages(key, opening);
  });

  test('makes arenas of zeros that asynchronous batches take', () => {
    const arena = createArena(100);
    expect(arena).toEqual(new Uint8Array(new SharedArrayBuffer(100)));
    expect(() => createArena(-1)).toThrow(RangeError);
  });

  test.skipIf(addonSkipped || process.env.CRYPTABLE_CORE !== undefined)(
    'is the addon, with its best kernel',
    () => {
      expect(cipherInUse()).toEqual({
        core: 'native',
        kernel: process.env.CRYPTABLE_KERNEL ?? testedAddon.kernels[0],
      });
    },
  );
});

describe('a page key', () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(16), new Uint8Array(33), 'x'.repeat(32), null]) {
    test(`is not made of ${typeof bytes === 'string' ? 'a string' : `${bytes?.length} bytes`}`, () => {
      expect(() => PageKey.import(bytes as Uint8Array)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_KEY_LENGTH' }),
      );
    });
  }

  test('opens nothing of another', () => {
    const { sealing, opening } = arenaBatch(small);
    sealPages(PageKey.generate(), sealing);
    expect(() => openPages(PageKey.generate(), opening)).toThrow(IntegrityFault);
  });

  test('has nothing to read, not even in an inspection', () => {
    const key = PageKey.generate();
    expect(Reflect.ownKeys(key)).toEqual([]);
    expect(JSON.stringify(key)).toBe('{}');
  });

  const destroyed = expect.objectContaining({ name: 'TypeError', code: 'ERR_KEY_DESTROYED' });

  test('does nothing once it is destroyed, and nothing is written', async () => {
    const key = PageKey.generate();
    const { sealing } = arenaBatch(small);
    key.destroy();
    key.destroy();
    expect(key.destroyed).toBe(true);
    expect(() => sealPages(key, sealing)).toThrow(destroyed);
    expect(() => openPages(key, sealing)).toThrow(destroyed);
    await expect(sealPagesAsync(key, sealing)).rejects.toThrow(destroyed);
    await expect(openPagesAsync(key, sealing)).rejects.toThrow(destroyed);
    expect(sealing.output.every((byte) => byte === 0)).toBe(true);
  });

  test('that is destroyed under a batch ends it by the same name, and a signal by its reason', async () => {
    const { sealing } = arenaBatch({ pageCount: 8192, pageBytes: 16_384 });
    const key = PageKey.generate();
    const work = sealPagesAsync(key, sealing);
    key.destroy();
    await expect(work).rejects.toThrow(destroyed);
    const aborting = new AbortController();
    const aborted = sealPagesAsync(PageKey.generate(), sealing, { signal: aborting.signal });
    aborting.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
  });

  for (const other of [undefined, null, 7, 'key', {}, new Uint8Array(32), Object.create(PageKey.prototype)]) {
    test(`is not ${typeof other === 'object' ? Object.prototype.toString.call(other) : String(other)}`, async () => {
      const { sealing } = arenaBatch(small);
      const mistake = expect.objectContaining({ name: 'TypeError', code: 'ERR_KEY_TYPE' });
      expect(() => sealPages(other as PageKey, sealing)).toThrow(mistake);
      await expect(openPagesAsync(other as PageKey, sealing)).rejects.toThrow(mistake);
    });
  }
});

describe('a batch that is wrong', () => {
  const key = PageKey.generate();
  const good = () => arenaBatch(small).sealing;
  const wrong: [string, string, (batch: PageBatch) => Partial<PageBatch>][] = [
    ['a page outside its buffers', 'ERR_PAGE_OUTSIDE', () => ({ pages: Uint32Array.of(0, 1000, 1e6, 0, 0) })],
    [
      'an offset past the end',
      'ERR_PAGE_OUTSIDE',
      () => ({ pages: Uint32Array.of(0xffff_ffff, 1, 0, 0, 0) }),
    ],
    [
      'pages over each other',
      'ERR_PAGES_OVERLAP',
      () => ({ pages: Uint32Array.of(0, 9, 0, 0, 0, 9, 9, 48, 0, 0) }),
    ],
    ['an arena over itself', 'ERR_PAGES_OVERLAP', ({ output }) => ({ input: output })],
    ['a table of four numbers', 'ERR_PAGE_TABLE', () => ({ pages: new Uint32Array(4) })],
    ['too many pages', 'ERR_TOO_MANY_PAGES', () => ({ pages: new Uint32Array(5 * (2 ** 24 + 1)) })],
    [
      'a plain array as its table',
      'ERR_INVALID_ARG_TYPE',
      () => ({ pages: [0, 1, 0, 0, 0] as unknown as Uint32Array }),
    ],
    ['text as its input', 'ERR_INVALID_ARG_TYPE', () => ({ input: 'text' as unknown as Uint8Array })],
  ];
  for (const [what, code, change] of wrong) {
    test(`with ${what} is refused as ${code}, and nothing is written`, async () => {
      const batch = good();
      const bad = { ...batch, ...change(batch) };
      const mistake = expect.objectContaining({ code });
      expect(() => sealPages(key, bad)).toThrow(mistake);
      await expect(sealPagesAsync(key, bad)).rejects.toThrow(mistake);
      expect(batch.output.every((byte) => byte === 0)).toBe(true);
      sealPages(key, batch);
    });
  }
});
