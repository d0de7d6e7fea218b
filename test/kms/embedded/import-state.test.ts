import { describe, expect, test } from 'vitest';
import {
  expiryOf,
  firstExpiryMs,
  hasAllMaterial,
  nameOnly,
  withMaterial,
  withoutSecrets,
} from '../../../src/kms/embedded/import-state.ts';
import type { KeyRecord, Material } from '../../../src/kms/embedded/key.ts';
import type { KeyState } from '../../../src/kms/key-service.ts';
import { openKms, user } from '../../support/embedded-kms.ts';

const there = (id: string, validToMs?: number): Material => ({
  id,
  sealed: 's',
  imported: { description: id, ...(validToMs === undefined ? {} : { validToMs }) },
});
const gone = (id: string): Material => ({ id, imported: { description: id } });

async function keyWith(materials: readonly Material[], state: KeyState = 'Enabled'): Promise<KeyRecord> {
  const { kms } = await openKms();
  return { ...(await kms.keys.create(user, { origin: 'EXTERNAL' })), materials, state };
}

describe('a key of imported material', () => {
  test('has all of it when every one it ever had is there', async () => {
    for (const [materials, all] of [
      [[], false],
      [[there('a')], true],
      [[gone('a')], false],
      [[there('a'), gone('b')], false],
      [[there('a'), there('b')], true],
    ] as const) {
      expect(hasAllMaterial(await keyWith(materials))).toBe(all);
    }
  });

  for (const [before, after] of [
    ['PendingImport', 'Enabled'],
    ['Disabled', 'Disabled'],
    ['PendingDeletion', 'PendingDeletion'],
  ] as const) {
    test(`that is ${before} is ${after} when its last one comes`, async () => {
      const next = withMaterial(await keyWith([there('a'), gone('b')], before), there('b'));
      expect(next).toMatchObject({ state: after, materials: [there('a'), there('b')] });
    });
  }

  test('waits on where another one is missing', async () => {
    const key = await keyWith([gone('a'), gone('b')], 'PendingImport');
    expect(withMaterial(key, there('b'))).toMatchObject({
      state: 'PendingImport',
      materials: [gone('a'), there('b')],
    });
  });

  for (const [before, after] of [
    ['Enabled', 'PendingImport'],
    ['Disabled', 'PendingImport'],
    ['PendingImport', 'PendingImport'],
    ['PendingDeletion', 'PendingDeletion'],
  ] as const) {
    test(`that is ${before} is ${after} when one goes, whose name and description stay`, async () => {
      const key = await keyWith([there('a'), there('b')], before);
      const next = withoutSecrets(key, ({ id }) => id === 'a');
      expect(next).toMatchObject({ state: after });
      expect(next.materials).toEqual([gone('a'), there('b')]);
    });
  }

  test('knows a material that is gone by its name, and when it became the current one', () => {
    const rotated = { type: 'ON_DEMAND', atMs: 5 } as const;
    expect(nameOnly({ ...there('a', 30), publicKey: 'p', rotated })).toEqual({ ...gone('a'), rotated });
    expect(nameOnly({ id: 'a', sealed: 's' })).toEqual({ id: 'a' });
  });

  test('keeps its state where only one that is pending rotation goes', async () => {
    const key = { ...(await keyWith([there('a')])), pendingMaterial: there('b') };
    const next = withoutSecrets(key, ({ id }) => id === 'b');
    expect(next).toMatchObject({ state: 'Enabled', materials: [there('a')] });
    expect(next).not.toHaveProperty('pendingMaterial');
  });

  test('expires with the first that does, and not for one that is gone', async () => {
    const key = await keyWith([there('a', 30), there('b', 20), there('c')]);
    expect(firstExpiryMs(key)).toBe(20);
    expect(firstExpiryMs({ ...key, pendingMaterial: there('d', 10) })).toBe(10);
    expect(firstExpiryMs(await keyWith([there('a')]))).toBeUndefined();
    expect(expiryOf({ id: 'a', imported: { validToMs: 5 } })).toBeUndefined();
  });
});
