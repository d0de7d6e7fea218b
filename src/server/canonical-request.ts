/** The texts a signature version 4 is computed over, and the computation. */
import { createHmac, hash } from 'node:crypto';
import type { Claim } from './authorization.ts';
import { header, type ServiceRequest } from './request.ts';

export const signingAlgorithm = 'AWS4-HMAC-SHA256';

/** Date, region, service: what a signature is good for. */
export interface Scope {
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** The request as its signer saw it. Of the headers only those count that the claim lists. */
export function canonicalRequest(request: ServiceRequest, claim: Claim, bodyHash: string): string {
  const names = [...new Set(claim.signedHeaders)].sort();
  const lines = names.map((name) => `${name}:${canonicalValue(header(request.headers, name) ?? '')}\n`);
  const query = claim.query
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&');
  return `${request.method}\n/\n${query}\n${lines.join('')}\n${names.join(';')}\n${bodyHash}`;
}

export function stringToSign(date: string, scope: Scope, canonical: string): string {
  const scopeText = `${scope.day}/${scope.region}/${scope.service}/aws4_request`;
  return `${signingAlgorithm}\n${date}\n${scopeText}\n${sha256(canonical)}`;
}

export function signingKey(secret: string, { day, region, service }: Scope): Uint8Array {
  let key: Uint8Array = Buffer.from(`AWS4${secret}`);
  for (const part of [day, region, service, 'aws4_request']) {
    key = createHmac('sha256', key).update(part).digest();
  }
  return key;
}

/** In hexadecimal digits, which cost half of what a buffer does. */
export function signatureOf(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content);
}

function canonicalValue(value: string): string {
  return value.trim().replaceAll(/[ \t]+/g, ' ');
}

/** As encodeURIComponent, which leaves five characters alone that the signature does not. Parsed queries are well formed. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
