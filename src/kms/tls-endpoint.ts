/** Where a key service is asked: over TLS, or on this very machine. */
import { Outage } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';

/** Throws Outage KeyServiceUnsafe for plain HTTP beyond this machine, and a TypeError for what is no such address. */
export function tlsEndpoint(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new TypeError('The address of a key service is written as https://host:port, without a user.');
  }
  refusePlain(url.protocol, url.hostname);
  return url;
}

/** Throws Outage KeyServiceUnsafe: plaintext keys come back over this. */
export function refusePlain(protocol: string, hostname: string): void {
  if (protocol === 'https:' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'))) return;
  throw new Outage('KeyServiceUnsafe', { hint: `${hostname} is to be asked over https.` });
}
