/** One row of CSV taken apart as RFC 4180 has it: cells with quotes around them may hold anything, a quote twice for one. */

const quote = '"';

/** Undefined for a row that is none: bytes that are no UTF-8, a quote that does not end, or text behind its end. */
export function csvCells(row: Uint8Array, delimiter: string): readonly string[] | undefined {
  const text = decoded(row);
  if (text === undefined) return undefined;
  const cells: string[] = [];
  for (let at = 0; ; at++) {
    const cell = text[at] === quote ? quotedCell(text, at) : plainCell(text, at, delimiter);
    if (cell === undefined) return undefined;
    cells.push(cell.text);
    at = cell.end;
    if (at === text.length) return cells;
    if (text[at] !== delimiter) return undefined;
  }
}

interface Cell {
  readonly text: string;
  /** Of the first character behind it. */
  readonly end: number;
}

function plainCell(text: string, from: number, delimiter: string): Cell {
  const found = text.indexOf(delimiter, from);
  const end = found < 0 ? text.length : found;
  return { text: text.slice(from, end), end };
}

function quotedCell(text: string, from: number): Cell | undefined {
  let cell = '';
  for (let at = from + 1; ; ) {
    const end = text.indexOf(quote, at);
    if (end < 0) return undefined;
    cell += text.slice(at, end);
    if (text[end + 1] !== quote) return { text: cell, end: end + 1 };
    cell += quote;
    at = end + 2;
  }
}

function decoded(row: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(row);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  } catch {
    return undefined;
  }
}
