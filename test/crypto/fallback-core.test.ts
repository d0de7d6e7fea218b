import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createFallbackCore } from '../../src/crypto/fallback-core.ts';

describe('the fallback', () => {
  test('says what it is', () => {
    const { name, kernel } = createFallbackCore();
    expect([name, kernel]).toEqual(['fallback', 'openssl']);
  });

  test('lets two instances use the same key, as the key service and the tables each open one', () => {
    const [first, second] = [createFallbackCore(), createFallbackCore()];
    const key = first.generateKey();
    const context = randomBytes(8);
    const sealed = first.sealBytes(key, Buffer.from('text'), context);
    expect(Buffer.from(second.openBytes(key, sealed, context)).toString()).toBe('text');
  });

  test('keeps a key although the bytes it was made from are changed afterwards', () => {
    const core = createFallbackCore();
    const bytes = randomBytes(32);
    const copy = core.importKey(Uint8Array.from(bytes));
    const key = core.importKey(bytes);
    bytes.fill(1);
    const sealed = core.sealBytes(key, Buffer.from('text'), bytes);
    expect(Buffer.from(core.openBytes(copy, sealed, bytes)).toString()).toBe('text');
  });
});
