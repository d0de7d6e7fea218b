/** Addresses and ranges of addresses (CIDR), of both kinds of IP. */
import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/** Tells which addresses are in the range; undefined for what is no range. */
export function addressRange(text: string): ((address: string) => boolean) | undefined {
  const [network = '', prefix, ...more] = text.split('/');
  const family = familyOf(network);
  if (family === undefined || more.length > 0) return undefined;
  const bits = family === 'ipv4' ? 32 : 128;
  const length = prefix === undefined ? bits : prefixOf(prefix);
  if (length === undefined || length > bits) return undefined;
  const list = new BlockList();
  list.addSubnet(network, length, family);
  return (address) => {
    const own = familyOf(address);
    return own !== undefined && list.check(address, own);
  };
}

function prefixOf(text: string): number | undefined {
  return /^[0-9]{1,3}$/.test(text) ? Number(text) : undefined;
}

/** A zone names an interface of some machine: no range can hold it. */
function familyOf(address: string): Family | undefined {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
