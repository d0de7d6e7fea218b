/** The figures the demo ends with. */
import { columns } from '../columns.ts';
import type { Stats } from '../parent-process.ts';
import type { Load } from './load.ts';

export interface SummaryInput {
  readonly load: Load;
  readonly jsonBytes: number;
  /** The server's figures right before and right after the load. */
  readonly beforeLoad: Stats;
  readonly afterLoad: Stats;
  /** Its figures at the end of each of its runs. */
  readonly runs: readonly Stats[];
  readonly diskBytes: number;
  readonly tookMs: number;
}

export function summaryText(input: SummaryInput): string {
  const { load, beforeLoad, afterLoad, runs } = input;
  const seconds = load.tookMs / 1000;
  const sealingMs = afterLoad.sealMs - beforeLoad.sealMs;
  const openingMs = afterLoad.openMs - beforeLoad.openMs;
  const sum = (of: (stats: Stats) => number) => runs.reduce((total, stats) => total + of(stats), 0);
  return columns([
    [
      'items written',
      `${count(load.itemCount)} in ${seconds.toFixed(1)} s: ${count(load.itemCount / seconds)} items/s`,
    ],
    ['bytes written', `${megabytes(input.jsonBytes)} as JSON: ${megabytes(input.jsonBytes / seconds)}/s`],
    ['bytes on disk', megabytes(input.diskBytes)],
    ['pages sealed', `${count(sum((s) => s.pagesSealed))} (${megabytes(sum((s) => s.bytesSealed))})`],
    ['pages opened', `${count(sum((s) => s.pagesOpened))} (${megabytes(sum((s) => s.bytesOpened))})`],
    ['KMS calls', kmsCalls(runs)],
    [
      'encryption',
      `${share(sealingMs, load.tookMs)} of the load's time sealing pages, ${share(openingMs, load.tookMs)} opening them`,
    ],
    ['kernel', runs[0]?.kernel ?? ''],
    ['whole demo', `${(input.tookMs / 1000).toFixed(1)} s`],
  ]);
}

function kmsCalls(runs: readonly Stats[]): string {
  const totals = new Map<string, number>();
  for (const { kmsCalls } of runs) {
    for (const [name, calls] of Object.entries(kmsCalls)) totals.set(name, (totals.get(name) ?? 0) + calls);
  }
  const all = [...totals.values()].reduce((total, calls) => total + calls, 0);
  const most = [...totals].filter(([, calls]) => calls > 0).sort(([, a], [, b]) => b - a);
  return `${count(all)}${all === 0 ? '' : `: ${most.map(([name, calls]) => `${name} ${count(calls)}`).join(', ')}`}`;
}

export function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function share(partMs: number, wholeMs: number): string {
  return `${((100 * partMs) / wholeMs).toFixed(1)} %`;
}
