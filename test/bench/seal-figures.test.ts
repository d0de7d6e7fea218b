import { describe, expect, test } from 'vitest';
import { nativeFigures, sizeLabel, type Turns } from '../../bench/seal-figures.ts';
import { parseRun } from '../../bench/seal-native.ts';

const versions = { ipsec_mb: '1.3.0', openssl: '3.0.20' };

function turnsOf(name: string, ns: readonly number[], more: Partial<Turns> = {}): Turns {
  return { group: 'pages', way: 'seal', bytes: 4096, name, ns, ...more };
}

/** The machine is twice as slow in the last round: only ratios within a round are right. */
const all: readonly Turns[] = [
  turnsOf('vaes512', [100, 100, 200]),
  turnsOf('vaes256', [200, 200, 400]),
  turnsOf('aesni', [400, 400, 800]),
  turnsOf('portable', [9000, 9000, 18_000]),
  turnsOf('ipsec_mb_avx512', [150, 150, 300]),
  turnsOf('ipsec_mb_avx2', [300, 300, 600]),
  turnsOf('ipsec_mb_sse', [500, 500, 1000]),
  turnsOf('openssl', [700, 700, 1400]),
  turnsOf('xaes', [104, 104, 208]),
  turnsOf('vaes512_roofline', [1.25, 1.25, 2.5]),
  turnsOf('vaes512_aes', [1, 1, 2]),
  turnsOf('vaes512', [120, 120, 240], { way: 'open' }),
  turnsOf('ipsec_mb_avx512', [180, 180, 360], { way: 'open' }),
  turnsOf('vaes512', [80, 80, 160], { group: 'cached' }),
  turnsOf('ipsec_mb_avx512', [160, 160, 320], { group: 'cached' }),
  turnsOf('gcm', [300, 300, 600], { group: 'batch', bytes: 8192 }),
  turnsOf('xaes', [400, 400, 800], { group: 'batch', bytes: 8192 }),
];

function named(turns: readonly Turns[]): Map<string, number> {
  return new Map(nativeFigures({ versions, turns }).map(({ name, value }) => [name, value]));
}

describe('figures of the seal bench', () => {
  const figures = named(all);
  for (const [name, value] of [
    ['seal_4096_vs_ipsec_mb', 1.5],
    ['open_4096_vs_ipsec_mb', 1.5],
    ['seal_4096_vs_openssl', 7],
    ['avx2_4096_vs_ipsec_mb', 1.5],
    ['avx2_4096_vs_ipsec_mb_best', 0.75],
    ['aesni_4096_vs_ipsec_mb', 1.25],
    // 4096 bytes are 64 groups of 64.
    ['seal_4096_share_of_roofline', 0.8],
    ['xaes_batch_vs_plain', 0.75],
    ['seal_4096_in_l2_vs_ipsec_mb', 2],
    ['seal_4096_vaes512_gb_per_s', 40.96],
    ['roofline_vaes512_aes_gb_per_s', 64],
    ['roofline_vaes512_roofline_gb_per_s', 51.2],
  ] as const) {
    test(`${name} is ${value}`, () => expect(figures.get(name)).toBeCloseTo(value));
  }

  test('names are given once', () => {
    expect(figures.size).toBe(nativeFigures({ versions, turns: all }).length);
  });

  test('who did not take part has no figure, and no ratio is made up for it', () => {
    const alone = named(all.filter(({ name }) => !/^ipsec_mb|^openssl|_roofline$/.test(name)));
    expect(alone.has('seal_4096_vaes512_gb_per_s')).toBe(true);
    expect([...alone.keys()].filter((name) => /ipsec|openssl|share/.test(name))).toEqual([]);
  });

  test('the fastest tier of a library stands for it, whichever that is', () => {
    const odd = all.map((turns) =>
      turns.name === 'ipsec_mb_avx2' ? { ...turns, ns: [120, 120, 240] } : turns,
    );
    expect(named(odd).get('seal_4096_vs_ipsec_mb')).toBeCloseTo(1.2);
  });

  test('short pages are told in nanoseconds too', () => {
    const short = named([turnsOf('vaes512', [9], { bytes: 64 }), turnsOf('xaes', [11], { bytes: 64 })]);
    expect(short.get('seal_64_ns')).toBe(9);
    expect(short.get('xaes_seal_64_ns')).toBe(11);
    expect(figures.has('seal_4096_ns')).toBe(false);
  });

  test('a part of the roofline is no row among the pages', () => {
    const rows = nativeFigures({ versions, turns: all }).filter(({ cell }) => cell?.table === 'seal, GB/s');
    expect(rows.map(({ cell }) => cell?.row)).toEqual([
      ...['ours vaes512', 'ours vaes256', 'ours aesni', 'ours portable'],
      ...['IPsec-MB 1.3.0 avx512', 'IPsec-MB 1.3.0 avx2', 'IPsec-MB 1.3.0 sse', 'OpenSSL 3.0.20'],
      ...['XAES batch, best kernel', 'limit for vaes512'],
    ]);
  });

  for (const [bytes, label] of [
    [64, '64 B'],
    [1024, '1 KiB'],
    [65_536, '64 KiB'],
  ] as const) {
    test(`${bytes} bytes are ${label}`, () => expect(sizeLabel(bytes)).toBe(label));
  }
});

describe('what the bench in C++ prints', () => {
  const head = '{"group":"versions","versions":{"openssl":"3.0.20"}}';
  const line = { group: 'pages', way: 'open', bytes: 64, name: 'aesni', ns: [4.5, 5] };

  test('is read back', () => {
    const run = parseRun(`${head}\n${JSON.stringify(line)}\n`);
    expect(run).toEqual({ versions: { openssl: '3.0.20' }, turns: [line] });
  });

  for (const [what, wrong] of [
    ['a way that is none', { ...line, way: 'neither' }],
    ['a group that is none', { ...line, group: 'others' }],
    ['a time of nothing', { ...line, ns: [4.5, 0] }],
    ['no times', { ...line, ns: [] }],
    ['no size', { ...line, bytes: undefined }],
    ['no object', 7],
  ] as const) {
    test(`is refused with ${what}`, () => {
      expect(() => parseRun(`${head}\n${JSON.stringify(wrong)}\n`)).toThrow('the bench in C++ printed');
    });
  }
});
