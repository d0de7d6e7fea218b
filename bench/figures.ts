/** What a bench found: named figures, printed as a table or as one JSON object. */
import { cpus } from 'node:os';
import { columns } from '../src/cli/columns.ts';

export interface Figure {
  /** The key in the JSON object; ends in its unit. */
  readonly name: string;
  readonly value: number;
  readonly note: string;
}

export interface Bench {
  readonly question: string;
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
}

export function figuresText(bench: string, question: string, figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, note }) => [name, rounded(value).toLocaleString('en'), note]);
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} CPUs, Node ${process.version}`;
  return `${bench}: ${question}\n${machine}, ${today()}\n\n${columns([['figure', 'median', 'what it is'], ...rows])}`;
}

export function figuresJson(bench: string, figures: readonly Figure[]): string {
  const values = Object.fromEntries(figures.map(({ name, value }) => [name, rounded(value)]));
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  return `${JSON.stringify({ bench, date: today(), cpu, node: process.version, ...values })}\n`;
}

/** Four significant digits: a bench knows no more. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : 0;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
