import { describe, expect, test } from 'vitest';
import { IntegrityFault, Refusal } from '../../src/base/errors.ts';
import { clearHeaderBytes, pageKind, plainPageBytes } from '../../src/pages/layout.ts';
import { copyTag, type PagePlace, PageSealer } from '../../src/pages/sealed-page.ts';
import type { CoreCipher } from '../support/core-cipher.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { core, flipped, newCipher, value } from './support.ts';

const storeId = value(16, 5);
const place: PagePlace = { kind: pageKind.page, tree: 3, page: 4, version: 6 };
const clock = new VirtualClock();

function sealOne(plain: Uint8Array, cipher = newCipher(), plainBytes = plain.length) {
  const sealer = new PageSealer(storeId, clock);
  const [body] = sealer.seal(cipher, 3, 6, pageKind.page, [{ page: 4, plain, plainBytes }]);
  if (body === undefined) throw new Error('one page in, one body out');
  const open = (at: Partial<PagePlace> = {}, from = body, size = plainBytes, by = sealer, under = cipher) => {
    const into = value(size + 2, 0xee);
    by.open(under, { ...place, ...at }, from, undefined, 0, into, 1, size);
    expect([into[0], into[size + 1]]).toEqual([0xee, 0xee]);
    return into.subarray(1, size + 1);
  };
  return { sealer, cipher, body, open };
}

describe('a sealed page', () => {
  for (const size of [1, 15, 16, 17, 60, 512, plainPageBytes - 1, plainPageBytes]) {
    test(`of ${size} bytes opens to what it was, and is 48 bytes longer`, () => {
      const plain = Uint8Array.from({ length: size }, (_, i) => i);
      const { body, open } = sealOne(plain);
      expect(body).toHaveLength(size + 48);
      expect([...body.subarray(0, clearHeaderBytes)]).toEqual([1, 1, 0, 0, 1, 0, 0, 0]);
      expect(open()).toEqual(plain);
      expect(() => open({}, flipped(body, body.length - 1))).toThrow(IntegrityFault);
    });
  }

  test('ends in zeros where it is sealed longer than what it holds', () => {
    const { open } = sealOne(value(700), newCipher(), 1024);
    expect(open()).toEqual(Uint8Array.from({ length: 1024 }, (_, i) => (i < 700 ? 0xab : 0)));
    // Also where memory of a page before is used again.
    const { sealer, cipher } = sealOne(value(2000));
    const [body] = sealer.seal(cipher, 3, 6, pageKind.page, [{ page: 4, plain: value(1), plainBytes: 512 }]);
    const into = value(512);
    sealer.open(cipher, place, body ?? value(0), undefined, 0, into, 0, 512);
    expect(into.subarray(1).every((byte) => byte === 0)).toBe(true);
  });
});

describe('a page opens in its place only (R-INT-2): not', () => {
  const plain = value(1000);
  const { body, cipher, open } = sealOne(plain);
  const cases: [string, () => unknown][] = [
    ['as a head', () => open({ kind: pageKind.head })],
    ['in another tree', () => open({ tree: 2 })],
    ['in a tree far off', () => open({ tree: 3 + 2 ** 32 })],
    ['under another page id', () => open({ page: 5 })],
    ['in another version', () => open({ version: 7 })],
    ['in a version far off', () => open({ version: 6 + 2 ** 32 })],
    ['in another store', () => open({}, body, 1000, new PageSealer(value(16, 6), clock))],
    ['as a shorter page', () => open({}, body.subarray(0, -1), 999)],
    ['as a longer page', () => open({}, Uint8Array.of(...body, 0), 1001)],
    ['under another key', () => open({}, body, 1000, new PageSealer(storeId, clock), newCipher())],
    ['under another data key number', () => open({}, flipped(body, 4, 2))],
    ['where its header is not zero', () => open({}, flipped(body, 2))],
    ['where its header is of another format (R-INT-7)', () => open({}, flipped(body, 0, 3))],
    ['where its header is of another algorithm (R-INT-7)', () => open({}, flipped(body, 1, 1))],
    ['with a changed nonce', () => open({}, flipped(body, 8))],
    ['with changed contents', () => open({}, flipped(body, 32))],
  ];
  for (const [name, attempt] of cases) test(name, () => expect(attempt).toThrow(IntegrityFault));

  test('under the next data key by name alone, though that key is known', () => {
    cipher.rotate(core.generateKey());
    expect(() => open({}, flipped(body, 4, 3))).toThrow(IntegrityFault);
    expect(open()).toEqual(plain);
  });
});

describe('a tag that a parent keeps', () => {
  test('lets its page open, and no other, even one that was sealed in the same place', () => {
    const { sealer, cipher, body } = sealOne(value(600));
    const [twin] = sealer.seal(cipher, 3, 6, pageKind.page, [
      { page: 4, plain: value(600), plainBytes: 600 },
    ]);
    const tags = new Uint8Array(20);
    copyTag(body, tags, 4);
    expect(tags.subarray(4)).toEqual(body.subarray(-16));
    const into = value(600, 0);
    sealer.open(cipher, place, body, tags, 4, into, 0, 600);
    expect(into).toEqual(value(600));
    expect(() => sealer.open(cipher, place, twin ?? body, tags, 4, into, 0, 600)).toThrow(IntegrityFault);
  });
});

describe('what fails to open', () => {
  test('leaves zeros where it was to be', () => {
    const { sealer, cipher, body } = sealOne(value(600));
    const into = value(600, 0x11);
    expect(() => sealer.open(cipher, place, flipped(body, 100), undefined, 0, into, 0, 600)).toThrow(
      IntegrityFault,
    );
    expect(into.every((byte) => byte === 0)).toBe(true);
  });

  test('says where it lies and no more (R-ORA-1)', () => {
    const { body, open } = sealOne(value(600));
    const faults = [flipped(body, 0), flipped(body, 100), flipped(body, 640), body.subarray(1)].map(
      (from) => {
        try {
          return open({}, from);
        } catch (fault) {
          return fault;
        }
      },
    );
    for (const fault of faults) expect(fault).toEqual(new IntegrityFault({ tree: 3, page: 4 }));
    expect(() => open({ kind: pageKind.head, page: 0 })).toThrow(
      expect.objectContaining({ place: { tree: 3, record: 'head' } }),
    );
  });

  test('because the key has gone, is a refusal and no integrity fault', () => {
    const { cipher, open } = sealOne(value(600));
    const gone = new Refusal('TableKeyRefused', { message: 'gone', denied: false });
    cipher.refuseWith(gone);
    expect(() => open()).toThrow(gone);
  });
});

test('pages of one call are sealed under nonces that begin alike and are all different (R-NON-1)', () => {
  const sealer = new PageSealer(storeId, clock);
  const cipher = newCipher();
  const pages = Array.from({ length: 20 }, (_, page) => ({ page, plain: value(50), plainBytes: 50 }));
  const nonces = [1, 2].map(() =>
    sealer
      .seal(cipher, 3, 6, pageKind.page, pages)
      .map((body) => Buffer.from(body.subarray(8, 32)).toString('hex')),
  );
  expect(nonces.map((batch) => new Set(batch.map((nonce) => nonce.slice(0, 24))).size)).toEqual([1, 1]);
  expect(new Set(nonces.flat()).size).toBe(40);
  expect(nonces[0]?.[0]?.slice(0, 24)).not.toBe(nonces[1]?.[0]?.slice(0, 24));
});

describe('the memory that pages are sealed in', () => {
  const plain = { page: 4, plain: value(300), plainBytes: 300 };

  /** Seals under `cipher` and looks at the memory before and after. */
  function looking(sealer: PageSealer, cipher: CoreCipher) {
    let memory = value(0);
    let wasPlain = false;
    const seal: CoreCipher['seal'] = (batch) => {
      memory = batch.output;
      wasPlain = memory.includes(0xab);
      cipher.seal(batch);
    };
    const sealing = () => sealer.seal({ ...cipher, seal }, 3, 6, pageKind.page, [plain]);
    return { sealing, isPlain: () => holdsPlain(memory), wasPlain: () => wasPlain };
  }

  /** Random bytes hold no run of so many that are alike. */
  function holdsPlain(memory: Uint8Array): boolean {
    return Buffer.from(memory.buffer, memory.byteOffset, memory.length).includes(Buffer.from(value(8)));
  }

  test('holds no plaintext once they are sealed', () => {
    const { sealing, isPlain, wasPlain } = looking(new PageSealer(storeId, clock), newCipher());
    sealing();
    expect([wasPlain(), isPlain()]).toEqual([true, false]);
  });

  test('holds no plaintext where the key has gone', () => {
    const cipher = newCipher();
    const { sealing, isPlain, wasPlain } = looking(new PageSealer(storeId, clock), cipher);
    cipher.refuseWith(new Refusal('TableKeyRefused', { message: 'gone', denied: false }));
    expect(sealing).toThrow(Refusal);
    expect([wasPlain(), isPlain()]).toEqual([true, false]);
  });

  test('serves the next commit again, and never two of its calls at once', () => {
    const sealer = new PageSealer(storeId, clock);
    const cipher = newCipher();
    const large = { page: 5, plain: value(2 ** 20), plainBytes: 2 ** 20 };
    const seal = (page: typeof plain) => sealer.seal(cipher, 3, 6, pageKind.page, [page])[0] ?? value(0);
    const opens = (body: Uint8Array, { page, plainBytes }: typeof plain) => {
      const into = value(plainBytes, 0);
      sealer.open(cipher, { ...place, page }, body, undefined, 0, into, 0, plainBytes);
      return into.every((byte) => byte === 0xab);
    };
    const bodies = [seal(plain), seal(large), seal(plain)];
    expect(bodies.map((body, i) => opens(body, i === 1 ? large : plain))).toEqual([true, true, true]);
    sealer.begin();
    const next = seal(plain);
    expect(next.buffer).toBe(bodies[2]?.buffer);
    expect(opens(next, plain)).toBe(true);
  });
});

test('sealing and opening are counted, with the time they take', () => {
  const sealer = new PageSealer(storeId, clock);
  const cipher = newCipher();
  const slow = {
    dataKeyId: 1,
    seal: (batch: Parameters<typeof cipher.seal>[0]) => {
      clock.advance(5);
      cipher.seal(batch);
    },
    open: (id: number, batch: Parameters<typeof cipher.seal>[0]) => {
      clock.advance(3);
      return cipher.open(id, batch);
    },
  };
  const [body] = sealer.seal(slow, 3, 6, pageKind.page, [{ page: 4, plain: value(100), plainBytes: 100 }]);
  sealer.open(slow, place, body ?? value(0), undefined, 0, value(100), 0, 100);
  expect(sealer.meter).toEqual({
    sealMs: 5,
    openMs: 3,
    sealedPages: 1,
    openedPages: 1,
    sealedBytes: 148,
    openedBytes: 148,
  });
});

test('a store id of another length is a bug', () => {
  expect(() => new PageSealer(value(15), clock)).toThrow('a store id has 16 bytes');
});
