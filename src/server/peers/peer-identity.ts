/** Which configured peer a certificate is of. */
import { X509Certificate } from 'node:crypto';
import type { PeerOptions } from './peer-options.ts';

/**
 * Only by its DNS names, each in full: a subject, or a star, could mean more processes than the operator thought of.
 */
export function isNamed(certificate: Uint8Array, name: string): boolean {
  const options = { subject: 'never', wildcards: false, partialWildcards: false } as const;
  return new X509Certificate(certificate).checkHost(name, options) !== undefined;
}

/** The regions of the process whose certificate this is; none for one that is not configured. */
export function regionsOf(certificate: Uint8Array, { regions }: PeerOptions): ReadonlySet<string> {
  const named = Object.entries(regions).filter(([, { name }]) => isNamed(certificate, name));
  return new Set(named.map(([region]) => region));
}
