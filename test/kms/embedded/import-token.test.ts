import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { ImportTokens } from '../../../src/kms/embedded/import-token.ts';
import { refusalOf } from '../../support/refusal.ts';

const core = createFallbackCore();
const token = {
  algorithm: 'RSAES_OAEP_SHA_256',
  expiresMs: 1_800_000_000_123,
  privateKey: randomBytes(2375),
} as const;

describe('an import token', () => {
  test('gives back what was put into it, in fewer bytes than a request takes', () => {
    const tokens = new ImportTokens(core, core.generateKey());
    const sealed = tokens.make('arn:a', token);
    expect(sealed.length).toBeLessThanOrEqual(6144);
    const opened = tokens.open('arn:a', sealed);
    expect(opened).toMatchObject({ algorithm: token.algorithm, expiresMs: token.expiresMs });
    expect(Buffer.from(opened.privateKey)).toEqual(token.privateKey);
  });

  test('is good for its own key, in its own store, and unchanged', async () => {
    const tokens = new ImportTokens(core, core.generateKey());
    const sealed = tokens.make('arn:a', token);
    const open = (arn: string, bytes: Uint8Array, by = tokens) => refusalOf(() => by.open(arn, bytes));
    expect(await open('arn:a', sealed)).toBe('answered');
    expect(await open('arn:b', sealed)).toBe('ImportTokenInvalid');
    expect(await open('arn:a', sealed, new ImportTokens(core, core.generateKey()))).toBe(
      'ImportTokenInvalid',
    );
    for (const at of [0, 40, 80, sealed.length - 1]) {
      expect(await open('arn:a', sealed.with(at, (sealed[at] ?? 0) ^ 1))).toBe('ImportTokenInvalid');
    }
    expect(await open('arn:a', randomBytes(3))).toBe('ImportTokenInvalid');
  });
});
