/** Which of a key's imported materials are there, and what becomes of the key when one comes or goes. */
import type { KeyRecord, Material } from './key.ts';

/** True where nothing has to be imported before the key can be used. */
export function hasAllMaterial({ materials }: KeyRecord): boolean {
  return materials.length > 0 && materials.every(({ sealed }) => sealed !== undefined);
}

/** The key with a material put in the place of the one with its id, whose history it keeps, or behind the others. */
export function withMaterial(key: KeyRecord, material: Material): KeyRecord {
  const known = key.materials.some(({ id }) => id === material.id);
  const materials = known
    ? key.materials.map((other) => (other.id === material.id ? { ...other, ...material } : other))
    : [...key.materials, material];
  const next = { ...key, materials };
  return key.state === 'PendingImport' && hasAllMaterial(next) ? { ...next, state: 'Enabled' } : next;
}

/** The key without the secrets of some of its materials, whose names stay: the same may come back. */
export function withoutSecrets(key: KeyRecord, isGone: (material: Material) => boolean): KeyRecord {
  const { pendingMaterial, ...rest } = key;
  const materials = key.materials.map((material) => (isGone(material) ? nameOnly(material) : material));
  const kept = pendingMaterial === undefined || isGone(pendingMaterial) ? {} : { pendingMaterial };
  const next: KeyRecord = { ...rest, ...kept, materials };
  const usable = next.state === 'Enabled' || next.state === 'Disabled';
  return usable && !hasAllMaterial(next) ? { ...next, state: 'PendingImport' } : next;
}

/** When the first of the materials that are there expires. */
export function firstExpiryMs({ materials, pendingMaterial }: KeyRecord): number | undefined {
  let firstMs: number | undefined;
  for (const material of pendingMaterial === undefined ? materials : [...materials, pendingMaterial]) {
    const expiryMs = expiryOf(material);
    if (expiryMs !== undefined) firstMs = Math.min(firstMs ?? expiryMs, expiryMs);
  }
  return firstMs;
}

/** Undefined for material that is gone already. */
export function expiryOf({ sealed, imported }: Material): number | undefined {
  return sealed === undefined ? undefined : imported?.validToMs;
}

/** What stays of a material whose secret is gone: its name, its description, and how it became the current one. */
export function nameOnly({ sealed: _, publicKey: __, imported, ...rest }: Material): Material {
  const { description } = imported ?? {};
  return { ...rest, ...(description === undefined ? {} : { imported: { description } }) };
}
