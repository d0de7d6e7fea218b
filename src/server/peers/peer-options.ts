/** The processes that serve other regions, as the operator configures them: nothing else ever says where a peer is (R-SSRF-1). */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { regionForm } from '../../lifecycle/replica-peers.ts';

export interface PeerOptions {
  /** The certificate of this process, and those between it and the authority: PEM. */
  readonly certificate: string;
  /** Its private key: PEM, without a passphrase. */
  readonly key: string;
  /** Who signs the certificates of all peers; nobody else is believed: PEM. */
  readonly authority: string;
  /** Where peers find this process. Without it, this process asks and is not asked. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Regions of other processes. Every other region is one of this process. */
  readonly regions: Readonly<Record<string, PeerPlace>>;
}

export interface PeerPlace {
  /** `https://host:port` */
  readonly url: string;
  /** The name in the peer's certificate, as a DNS name among its alternative names. */
  readonly name: string;
}

/** A name of at least two labels or one, none of them a star. */
const nameForm = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const certificateForm = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Throws a TypeError that says which option is wrong, and shows no key. */
export function requirePeerOptions(options: PeerOptions): void {
  for (const [region, { url, name }] of Object.entries(options.regions)) {
    if (!regionForm.test(region)) wrong(`${region} is no region, as eu-west-1`);
    requireUrl(region, url);
    if (!nameForm.test(name)) wrong(`the name of the peer of ${region} is the one in its certificate`);
  }
  requireAuthority(options.authority);
  secureContextOf(options);
}

/** TLS takes what is no certificate without a word, and then believes nobody. */
function requireAuthority(authority: string): void {
  const blocks = authority.match(certificateForm) ?? [];
  const isSigner = (block: string) => {
    try {
      return new X509Certificate(block).ca;
    } catch {
      return false;
    }
  };
  if (blocks.length === 0 || !blocks.every(isSigner))
    wrong('the authority is a certificate that may sign others');
}

function requireUrl(region: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isBare =
    url !== undefined && url.pathname === '/' && url.search + url.hash + url.username + url.password === '';
  if (isBare && url.protocol === 'https:') return;
  wrong(`the address of the peer of ${region} is written as https://host:port, and nothing more`);
}

/** What both sides of a connection know of themselves. Throws a TypeError. */
export function secureContextOf({ certificate, key, authority }: PeerOptions): SecureContext {
  try {
    return createSecureContext({ cert: certificate, key, ca: authority, minVersion: 'TLSv1.3' });
  } catch (cause) {
    throw new TypeError(
      'peers: certificate, key and authority are PEM, and the key is that of the certificate',
      { cause },
    );
  }
}

function wrong(sentence: string): never {
  throw new TypeError(`peers: ${sentence}`);
}
