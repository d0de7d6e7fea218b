/** What the turns of the C++ bench say, as figures: speeds, and ratios of turns of one round. */
import type { Figure } from './figures.ts';
import { median, medianRatio } from './measure.ts';

export type Way = 'seal' | 'open';

/** Nanoseconds a unit, one number a round, of one contestant. */
export interface Turns {
  /**
   * `pages`: every contestant on many pages of one size. `cached`: the same on so few that they stay near the
   * core. `batch`: ours with and without XAES, in one call.
   */
  readonly group: 'pages' | 'cached' | 'batch';
  readonly way: Way;
  /** Of a page. */
  readonly bytes: number;
  /** A kernel, a library and its tier, or a kernel and a part of its roofline. */
  readonly name: string;
  readonly ns: readonly number[];
}

export interface NativeRun {
  readonly versions: Readonly<Record<string, string>>;
  readonly turns: readonly Turns[];
}

export const sealTable = 'seal, GB/s';
const tableOf = { seal: sealTable, open: 'open, GB/s' } as const;

/** A loop without pages works on groups of so many bytes. */
const rooflineBytes = 64;
const kernels = ['vaes512', 'vaes256', 'aesni', 'armv8', 'portable'] as const;
/**
 * Each kernel for lesser processors beside what IPsec-MB takes there. IPsec-MB 1.3, which Debian 12 has, takes
 * AES-NI where there is VAES without AVX-512: a kernel that has VAES is compared with its best as well.
 */
const tiers = [
  { name: 'avx2', kernel: 'vaes256', peer: 'ipsec_mb_avx2', hasVaes: true },
  { name: 'aesni', kernel: 'aesni', peer: 'ipsec_mb_sse', hasVaes: false },
] as const;

/** Figures of what took part; nothing stands in for what did not. */
export function nativeFigures({ versions, turns }: NativeRun): Figure[] {
  const pages = turns.filter(({ group }) => group === 'pages');
  return [
    ...speeds(pages, versions),
    ...bestRatios(pages),
    ...tiers.flatMap((tier) => tierRatios(pages, tier)),
    ...rooflineParts(pages),
    ...shortPages(pages),
    ...cachedRatios(turns.filter(({ group }) => group === 'cached')),
    ...batchRatios(turns.filter(({ group }) => group === 'batch')),
  ];
}

export function sizeLabel(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`;
}

function speeds(pages: readonly Turns[], versions: NativeRun['versions']): Figure[] {
  // A part of the roofline has figures of its own below.
  const shown = pages.filter(({ name }) => !/_(aes|clmul|mixed)$/.test(name));
  return shown.map((turns) => ({
    name: `${turns.way}_${turns.bytes}_${turns.name}_gb_per_s`,
    value: gigabytesPerSecond(turns),
    note: `GB/s, pages of ${turns.bytes} bytes`,
    cell: { table: tableOf[turns.way], row: rowOf(turns.name, versions), column: sizeLabel(turns.bytes) },
  }));
}

function rowOf(name: string, { ipsec_mb = '', openssl = '' }: NativeRun['versions']): string {
  if (name === 'xaes') return 'XAES batch, best kernel';
  if (name === 'openssl') return `OpenSSL ${openssl}`;
  if (name.startsWith('ipsec_mb_')) return `IPsec-MB ${ipsec_mb} ${name.slice('ipsec_mb_'.length)}`;
  if (name.endsWith('_roofline')) return `limit for ${name.slice(0, -'_roofline'.length)}`;
  return `ours ${name}`;
}

function gigabytesPerSecond({ name, bytes, ns }: Turns): number {
  return (isOfRoofline(name) ? rooflineBytes : bytes) / median(ns);
}

function isOfRoofline(name: string): boolean {
  return /_(aes|clmul|mixed|roofline)$/.test(name);
}

/** The kernel that the product takes, beside the fastest that each library has. */
function bestRatios(pages: readonly Turns[]): Figure[] {
  return groupsOf(pages).flatMap(({ way, bytes, inside }) => {
    const ours = inside.find(({ name }) => isKernel(name));
    if (ours === undefined) return [];
    const place = { way, bytes, prefix: `${way}_${bytes}` };
    const ipsecMb = fastestOfIpsecMb(inside);
    const openSsl = inside.find(({ name }) => name === 'openssl');
    return [
      ...ratio(place, 'vs_ipsec_mb', ours, ipsecMb, 'IPsec-MB at its best'),
      ...ratio(place, 'vs_openssl', ours, openSsl, 'OpenSSL'),
      ...share(place, inside, ours.name),
    ];
  });
}

function tierRatios(pages: readonly Turns[], tier: (typeof tiers)[number]): Figure[] {
  return groupsOf(pages).flatMap(({ way, bytes, inside }) => {
    const ours = inside.find(({ name }) => name === tier.kernel);
    if (ours === undefined) return [];
    // Sealing is meant where neither is said.
    const prefix = `${tier.name}${way === 'seal' ? '' : '_open'}_${bytes}`;
    const peer = inside.find(({ name }) => name === tier.peer);
    const best = tier.hasVaes ? fastestOfIpsecMb(inside) : undefined;
    const place = { way, bytes, prefix };
    return [
      ...ratio(place, 'vs_ipsec_mb', ours, peer, `IPsec-MB ${tier.peer.slice('ipsec_mb_'.length)}`),
      ...ratio(place, 'vs_ipsec_mb_best', ours, best, 'IPsec-MB at its best'),
      ...share(place, inside, tier.kernel),
    ];
  });
}

interface Place {
  readonly way: Way;
  readonly bytes: number;
  readonly prefix: string;
}

function ratio(
  { way, bytes, prefix }: Place,
  suffix: string,
  ours: Turns,
  theirs: Turns | undefined,
  theirName: string,
): Figure[] {
  if (theirs === undefined) return [];
  return [
    {
      name: `${prefix}_${suffix}`,
      value: medianRatio(theirs.ns, ours.ns),
      note: `${ours.name} / ${theirName}`,
      cell: {
        table: `${way}, times as fast`,
        row: `${ours.name} / ${theirName}`,
        column: sizeLabel(bytes),
      },
    },
  ];
}

function share({ way, bytes, prefix }: Place, inside: readonly Turns[], kernel: string): Figure[] {
  const ours = inside.find(({ name }) => name === kernel);
  const roofline = inside.find(({ name }) => name === `${kernel}_roofline`);
  if (ours === undefined || roofline === undefined) return [];
  const limitNs = roofline.ns.map((each) => (each * bytes) / rooflineBytes);
  return [
    {
      name: `${prefix}_share_of_roofline`,
      value: medianRatio(limitNs, ours.ns),
      note: `${kernel} / its limit`,
      cell: { table: `${way}, times as fast`, row: `${kernel} / its limit`, column: sizeLabel(bytes) },
    },
  ];
}

const partNotes = {
  aes: '13 rounds of AES a block and nothing else',
  clmul: '3 carry-less multiplications a block and nothing else',
  mixed: 'both of them',
  roofline: 'both, a shuffle and three xors: the limit',
} as const;

function rooflineParts(pages: readonly Turns[]): Figure[] {
  const measured = pages.filter(({ way, name }) => way === 'seal' && /_(aes|clmul|mixed)$/.test(name));
  const bytes = measured[0]?.bytes;
  const all = pages.filter((turns) => turns.way === 'seal' && turns.bytes === bytes);
  return kernels.flatMap((kernel) =>
    (['aes', 'clmul', 'mixed', 'roofline'] as const).flatMap((part) => {
      const turns = all.find(({ name }) => name === `${kernel}_${part}`);
      if (turns === undefined) return [];
      return [
        {
          name: `roofline_${kernel}_${part}_gb_per_s`,
          value: gigabytesPerSecond(turns),
          note: partNotes[part],
          cell: { table: 'in registers, GB/s', row: partNotes[part], column: kernel },
        },
      ];
    }),
  );
}

/** Where the fixed costs show, a time says more than a speed. */
function shortPages(pages: readonly Turns[]): Figure[] {
  return groupsOf(pages.filter(({ bytes }) => bytes <= 1024)).flatMap(({ way, bytes, inside }) => {
    const gcm = inside.find(({ name }) => isKernel(name));
    const xaes = inside.find(({ name }) => name === 'xaes');
    const figure = (turns: Turns | undefined, name: string, what: string) =>
      turns === undefined ? [] : [{ name, value: median(turns.ns), note: `ns for ${bytes} bytes, ${what}` }];
    return [
      ...figure(gcm, `${way}_${bytes}_ns`, 'a page among many'),
      ...figure(xaes, `xaes_${way}_${bytes}_ns`, 'a page of an XAES batch'),
    ];
  });
}

/** Told in the list: these are the same ratios under better conditions, and no further size. */
function cachedRatios(turns: readonly Turns[]): Figure[] {
  return bestRatios(turns).map(({ name, value, note }) => ({
    name: name.replace(/^(seal|open)_\d+/, '$&_in_l2'),
    value,
    note: `${note}, few enough pages to stay in the cache of the core`,
  }));
}

function batchRatios(turns: readonly Turns[]): Figure[] {
  return groupsOf(turns).flatMap(({ way, bytes, inside }) => {
    const gcm = inside.find(({ name }) => name === 'gcm');
    const xaes = inside.find(({ name }) => name === 'xaes');
    if (gcm === undefined || xaes === undefined) return [];
    return [
      {
        name: way === 'seal' ? 'xaes_batch_vs_plain' : 'xaes_open_batch_vs_plain',
        value: medianRatio(gcm.ns, xaes.ns),
        note: `${way} of 256 pages of ${bytes} bytes: an XAES batch / GCM on the same places`,
      },
    ];
  });
}

function groupsOf(turns: readonly Turns[]): { way: Way; bytes: number; inside: Turns[] }[] {
  const groups: { way: Way; bytes: number; inside: Turns[] }[] = [];
  for (const each of turns) {
    const group = groups.find(({ way, bytes }) => way === each.way && bytes === each.bytes);
    if (group === undefined) groups.push({ way: each.way, bytes: each.bytes, inside: [each] });
    else group.inside.push(each);
  }
  return groups;
}

function isKernel(name: string): boolean {
  return kernels.some((kernel) => kernel === name);
}

function fastestOfIpsecMb(turns: readonly Turns[]): Turns | undefined {
  const all = turns.filter(({ name }) => name.startsWith('ipsec_mb_'));
  return all.toSorted((a, b) => median(a.ns) - median(b.ns))[0];
}
