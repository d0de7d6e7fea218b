import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AssertionFault, IntegrityFault } from '../../../src/base/errors.ts';
import { createFallbackCore } from '../../../src/crypto/fallback-core.ts';
import { currentMaterial, MaterialSafe } from '../../../src/kms/embedded/material.ts';
import { openKms, user } from '../../support/embedded-kms.ts';

const core = createFallbackCore();
const safe = () => new MaterialSafe(core, core.generateKey());
const none = new Uint8Array(0);

describe('material', () => {
  test('opens as the same key, and again after it was wiped', async () => {
    const { kms } = await openKms();
    const record = await kms.keys.create(user, {});
    const own = safe();
    const key = { ...record, materials: [own.make(record.keyId)] };
    const material = currentMaterial(key);
    const first = own.open(key.keyId, material);
    const sealed = core.sealBytes(first, Buffer.from('x'), none);
    expect(own.open(key.keyId, material)).toBe(first);
    own.wipe(key);
    expect([first.destroyed, own.openCount]).toEqual([true, 0]);
    expect(Buffer.from(core.openBytes(own.open(key.keyId, material), sealed, none)).toString()).toBe('x');
  });

  test('has an id of 64 hex digits of its own', () => {
    const own = safe();
    const ids = Array.from({ length: 20 }, () => own.make('k').id);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(ids).size).toBe(20);
  });

  test('of another key, under another id, or of another safe does not open', () => {
    const own = safe();
    const keyId = randomUUID();
    const [a, b] = [own.make(keyId), own.make(keyId)];
    expect(() => own.open(randomUUID(), a)).toThrow(IntegrityFault);
    expect(() => own.open(keyId, { ...a, id: b.id })).toThrow(IntegrityFault);
    expect(() => safe().open(keyId, a)).toThrow(IntegrityFault);
    own.open(keyId, a);
  });

  test('that was used longest ago is wiped when there is too much of it', () => {
    const own = safe();
    const materials = Array.from({ length: 513 }, () => own.make('k'));
    const handles = materials.slice(0, 512).map((one) => own.open('k', one));
    own.open('k', materials[0] ?? own.make('k'));
    own.open('k', materials[512] ?? own.make('k'));
    expect(own.openCount).toBe(512);
    expect([handles[0]?.destroyed, handles[1]?.destroyed, handles[2]?.destroyed]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('is wiped with the safe', () => {
    const own = safe();
    const handle = own.open('k', own.make('k'));
    own.close();
    expect(handle.destroyed).toBe(true);
    expect(() => own.make('k')).toThrow(AssertionFault);
  });
});
