import { scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IntegrityFault } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { EmbeddedKms } from '../../../src/kms/embedded/embedded-kms.ts';
import { MemoryRecordStorage } from '../../../src/kms/embedded/record-storage.ts';
import { isPayable, rootKeyFromPassphrase } from '../../../src/kms/embedded/root-key-passphrase.ts';
import { fixedRootKey, user } from '../../support/embedded-kms.ts';

const core = createFallbackCore();
const cheap = { costLog2: 4, blockSize: 8, parallelization: 1 };
const openWith = (storage: MemoryRecordStorage, passphrase: string) =>
  EmbeddedKms.open({ core, storage, rootKey: rootKeyFromPassphrase(passphrase, cheap) });

describe('a store under a passphrase', () => {
  test('opens with it, in any Unicode form, and with no other', async () => {
    const storage = new MemoryRecordStorage();
    const first = await openWith(storage, 'caf\u00e9 au lait');
    const { keyId } = await first.keys.create(user, {});
    await first.close();
    for (const same of ['caf\u00e9 au lait', 'cafe\u0301 au lait']) {
      const again = await openWith(storage, same);
      expect(again.summaries()).toMatchObject([{ keyId }]);
      await again.close();
    }
    for (const other of ['cafe au lait', 'caf\u00e9 au lait ', 'Caf\u00e9 au lait', '']) {
      await expect(openWith(storage, other), other).rejects.toMatchObject({ code: 'RootKeyWrong' });
    }
  });

  test('does not open with a file, nor one under a file with a passphrase', async () => {
    const storage = new MemoryRecordStorage();
    const options = { core, storage };
    await (await EmbeddedKms.open({ ...options, rootKey: fixedRootKey() })).close();
    await expect(openWith(storage, 'anything')).rejects.toMatchObject({ code: 'RootKeyWrong' });
  });

  test('keeps neither the passphrase nor the key in clear, and a salt of its own', async () => {
    const [one, two] = [new MemoryRecordStorage(), new MemoryRecordStorage()];
    for (const storage of [one, two]) await (await openWith(storage, 'open sesame')).close();
    const salts = await Promise.all(
      [one, two].map(async (storage) => {
        const header = (await storage.load()).find(({ id }) => id === 'header');
        const text = Buffer.from(header?.body ?? []).toString('latin1');
        expect(text).not.toContain('sesame');
        return /"salt":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
      }),
    );
    expect(salts[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(salts[0]).not.toBe(salts[1]);
  });

  test('with its header changed in any byte is refused before scrypt runs', async () => {
    const storage = new MemoryRecordStorage();
    await (await openWith(storage, 'open sesame')).close();
    const header = (await storage.load()).find(({ id }) => id === 'header');
    const body = header?.body ?? new Uint8Array(0);
    expect(body.length).toBeGreaterThan(200);
    for (let at = 0; at < body.length; at++) {
      await storage.commit({
        puts: [{ id: 'header', body: body.with(at, (body[at] ?? 0) ^ 4) }],
        deletes: [],
      });
      await expect(openWith(storage, 'open sesame'), `byte ${at}`).rejects.toBeInstanceOf(IntegrityFault);
    }
  });
});

test('an empty passphrase makes no store', async () => {
  const made = openWith(new MemoryRecordStorage(), '');
  await expect(made).rejects.toMatchObject({ code: 'RootKeyUnsafe' });
});

test('the default cost is N = 2^17, r = 8, p = 1, and the key is what scrypt gives for it', async () => {
  const { key, recipe } = await rootKeyFromPassphrase('open sesame').create(core);
  expect(recipe).toMatchObject({ source: 'passphrase', costLog2: 17, blockSize: 8, parallelization: 1 });
  if (recipe.source !== 'passphrase') throw new Error('not a passphrase');
  const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
  const expected = core.importKey(scryptSync('open sesame', recipe.salt, 32, cost));
  const sealed = core.sealBytes(key, Buffer.from('x'), new Uint8Array(0));
  expect(Buffer.from(core.openBytes(expected, sealed, new Uint8Array(0))).toString()).toBe('x');
});

describe('a cost', () => {
  const salt = new Uint8Array(32);
  const cases: [number, number, number, boolean][] = [
    [17, 8, 1, true],
    [20, 16, 4, true],
    [21, 8, 1, false],
    [17, 17, 1, false],
    [17, 8, 5, false],
    [0, 8, 1, false],
    [17, 0, 1, false],
    [17, 8, 0, false],
    [16.5, 8, 1, false],
    [Number.NaN, 8, 1, false],
  ];
  for (const [costLog2, blockSize, parallelization, payable] of cases) {
    test(`of 2^${costLog2}, ${blockSize}, ${parallelization} is ${payable ? 'paid' : 'not paid'}`, () => {
      const recipe = { source: 'passphrase', salt, costLog2, blockSize, parallelization } as const;
      expect(isPayable(recipe)).toBe(payable);
    });
  }
});
