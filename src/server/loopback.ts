/** Which names of hosts no name server can be made to lie about. */
import { isIP } from 'node:net';

/** An address, or a name that never leaves this machine: no foreign name server gave it to a client (DNS rebinding). */
export function isFixedName(host: string): boolean {
  const name = host.toLowerCase();
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost');
}

/** The host of a Host header, without its port and brackets. */
export function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\](:\d*)?$/.exec(header);
  if (bracketed !== null) return bracketed[1] ?? '';
  return header.replace(/:\d*$/, '');
}
