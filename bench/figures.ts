/** What a bench found: named figures, printed as a table or as one JSON object. */
import { cpus } from 'node:os';
import { columns } from '../src/cli/columns.ts';

export interface Figure {
  /** The key in the JSON object; ends in its unit. */
  readonly name: string;
  readonly value: number;
  readonly note: string;
  /** Where it stands among figures of its kind, once there are too many for a line each. */
  readonly cell?: { readonly table: string; readonly row: string; readonly column: string };
}

export interface Bench {
  readonly question: string;
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
  /** What --chart writes, and into which file of the package. */
  readonly chart?: { readonly file: string; readonly draw: (figures: readonly Figure[]) => string };
}

export function figuresText(bench: string, question: string, figures: readonly Figure[]): string {
  const tables = grouped(figures, ({ cell }) => cell?.table);
  const parts = [...tables].map(([table, inside]) =>
    table === undefined ? listText(inside) : `${table}\n${tableText(inside)}`,
  );
  return `${bench}: ${question}\n${machine()}, ${today()}\n\n${parts.join('\n')}`;
}

export function machine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${cpus().length} CPUs, Node ${process.version}`;
}

function listText(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, note }) => [name, rounded(value).toLocaleString('en'), note]);
  return columns([['figure', 'median', 'what it is'], ...rows]);
}

/** Rows and columns in the order in which they first come; a cell without a figure stays empty. */
function tableText(figures: readonly Figure[]): string {
  const heads = [...new Set(figures.map(({ cell }) => cell?.column ?? ''))];
  const rows = grouped(figures, ({ cell }) => cell?.row ?? '');
  const lines = [...rows].map(([row, inside]) => {
    const values = new Map(
      inside.map(({ cell, value }) => [cell?.column, rounded(value).toLocaleString('en')]),
    );
    return [row, ...heads.map((head) => values.get(head) ?? '')];
  });
  return columns([['', ...heads], ...lines]);
}

function grouped<Key>(
  figures: readonly Figure[],
  keyOf: (figure: Figure) => Key,
): ReadonlyMap<Key, readonly Figure[]> {
  const groups = new Map<Key, Figure[]>();
  for (const figure of figures) {
    const group = groups.get(keyOf(figure));
    if (group === undefined) groups.set(keyOf(figure), [figure]);
    else group.push(figure);
  }
  return groups;
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

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
