/** Which names and addresses mean this machine. */
import { isIPv4 } from 'node:net';

/** Only this machine can reach such an address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
