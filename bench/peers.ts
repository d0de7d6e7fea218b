/** The libraries that the seal bench compares with: found, installed where allowed, or said to be missing. */
import { spawnSync } from 'node:child_process';

export interface Peer {
  readonly name: string;
  /** Of Debian and its kin. */
  readonly aptPackage: string;
  readonly header: string;
  readonly library: string;
  /** In bench/native. */
  readonly source: string;
  /** What main.cc asks for. */
  readonly define: string;
}

const installer = 'apt-get';

const peers: readonly Peer[] = [
  {
    name: 'IPsec-MB',
    aptPackage: 'libipsec-mb-dev',
    header: 'intel-ipsec-mb.h',
    library: 'IPSec_MB',
    source: 'ipsec_mb.cc',
    define: 'CRYPTABLE_BENCH_IPSEC_MB',
  },
  {
    name: 'OpenSSL',
    aptPackage: 'libssl-dev',
    header: 'openssl/evp.h',
    library: 'crypto',
    source: 'openssl.cc',
    define: 'CRYPTABLE_BENCH_OPENSSL',
  },
];

/** Those that can be compiled against by now. The rows of the others are left out, and why is said. */
export function availablePeers(compiler: string, say: (line: string) => void): Peer[] {
  const missing = peers.filter((peer) => !isThere(compiler, peer));
  if (missing.length > 0) install(missing, say);
  return peers.filter((peer) => {
    if (isThere(compiler, peer)) return true;
    say(`${peer.name} is missing, and so are its rows (apt-get install ${peer.aptPackage})`);
    return false;
  });
}

/** An empty program compiles and links with it. */
function isThere(compiler: string, { header, library }: Peer): boolean {
  const args = ['-x', 'c++', '-', '-o', '/dev/null', `-l${library}`];
  const input = `#include <${header}>\nint main() {}\n`;
  return spawnSync(compiler, args, { input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}

/** Asks nobody for a password: without being root already there is no installing. */
function install(missing: readonly Peer[], say: (line: string) => void): void {
  if (process.getuid?.() !== 0) return;
  const packages = missing.map(({ aptPackage }) => aptPackage);
  say(`installing ${packages.join(', ')}`);
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    spawnSync(installer, ['-qq', ...args], { stdio: ['ignore', 2, 2] });
  }
}
