import { describe, expect, test } from 'vitest';
import { type BenchReport, reportText } from '../../src/cli/bench.ts';
import { runCommandLine } from '../support/command-line.ts';

const report: BenchReport = {
  cipher: { core: 'native', kernel: 'vaes512' },
  processor: 'A processor',
  cores: 8,
  platform: 'linux-x64',
  node: 'v20.0.0',
  rows: [
    { pageBytes: 256, seal: 10, open: 11, node: 0.5 },
    { pageBytes: 8192, seal: 24, open: 25, node: 2 },
  ],
  allCores: 40.126,
};

describe('the report of a bench', () => {
  test('names the kernel and the machine, and compares with Node', () => {
    expect(reportText(report).split('\n')).toEqual([
      'cipher   native, kernel vaes512',
      'machine  A processor, 8 cores, linux-x64, Node v20.0.0',
      '',
      'GB/s of plaintext on one core, in batches, medians of turns',
      'page   seal   open   node:crypto  seal ÷ node:crypto',
      '256 B  10.00  11.00  0.50         20.0',
      '8 KiB  24.00  25.00  2.00         12.0',
      '',
      'sealed on all cores, from main memory: 40.13 GB/s',
      '',
    ]);
  });

  test('says so where the fallback serves', () => {
    const text = reportText({ ...report, cipher: { core: 'fallback', kernel: 'openssl' } });
    expect(text).toMatch(/^cipher {3}fallback on node:crypto\n/);
  });
});

describe('cryptable bench', () => {
  test('measures every size both ways, and prints one object where that is asked for', async () => {
    const { code, stdout, stderr } = await runCommandLine(['bench', '--seconds', '1', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const measured: BenchReport = JSON.parse(stdout);
    expect(measured.rows.map(({ pageBytes }) => pageBytes)).toEqual([256, 1024, 4096, 8192, 65_536]);
    const figures = measured.rows.flatMap(({ seal, open, node }) => [seal, open, node]);
    for (const figure of [...figures, measured.allCores]) expect(figure).toBeGreaterThan(0);
    expect(measured.cores).toBeGreaterThan(0);
  });

  test('tells a kernel that is not there, and measures nothing', async () => {
    const { code, stdout, stderr } = await runCommandLine(['bench'], { CRYPTABLE_KERNEL: 'vaes9000' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('There is no kernel vaes9000');
  });
});
