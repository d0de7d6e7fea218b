/** Which keys are related to one: those of other regions with its id. */
import type { KeyRecord } from './key.ts';
import type { KeyRing } from './key-ring.ts';

/** The key and those related to it, in the order of their regions. */
export function familyOf(ring: KeyRing, key: KeyRecord): readonly KeyRecord[] {
  if (key.primaryRegion === undefined) return [key];
  const related = [...ring.keys()].filter(({ keyId }) => keyId === key.keyId);
  return related.sort((a, b) => (a.region < b.region ? -1 : 1));
}

/** True for a primary key that has replicas: it cannot go before they do. */
export function hasReplicas(ring: KeyRing, key: KeyRecord): boolean {
  return key.primaryRegion === key.region && familyOf(ring, key).length > 1;
}
