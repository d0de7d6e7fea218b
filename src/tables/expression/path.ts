/** Document paths: reading them, printing them, following them through an item. */
import type { AttributeValue, Item } from '../attribute.ts';
import type { ParseFaults } from './parse-faults.ts';
import type { TokenCursor } from './tokens.ts';

/**
 * Attribute names and list indexes from the top of the item down. As parsed, a name placeholder stands as `#name`
 * (no bare name begins so); placeholders.ts puts the real names in.
 */
export type Path = readonly (string | number)[];

const pathLevelsMax = 32;
const listIndexMax = 2 ** 31 - 1;

/** Reads a path at the cursor; anything else is a syntax error. Notes reserved words and what is too deep or large. */
export function parsePath(cursor: TokenCursor, faults: ParseFaults): Path {
  const path: (string | number)[] = [parseName(cursor, faults)];
  for (;;) {
    if (cursor.takeSymbol('.')) path.push(parseName(cursor, faults));
    else if (cursor.takeSymbol('[')) path.push(parseIndex(cursor, faults));
    else break;
  }
  if (path.length > pathLevelsMax) {
    faults.note('path', `The document path has too many nesting levels; nesting levels: ${path.length}`);
  }
  return path;
}

function parseName(cursor: TokenCursor, faults: ParseFaults): string {
  const { kind, text } = cursor.peek();
  if (kind !== 'word' && kind !== 'nameRef') cursor.syntaxFault();
  if (kind === 'word') faults.noteReserved(text);
  cursor.next();
  return text;
}

function parseIndex(cursor: TokenCursor, faults: ParseFaults): number {
  if (cursor.peek().kind !== 'digits') cursor.syntaxFault();
  const { text } = cursor.next();
  cursor.expectSymbol(']');
  const index = Number(text);
  if (index > listIndexMax) {
    faults.note('path', `List index is not within the allowable range; index: [${text}]`);
  }
  return index;
}

/** As messages show a path: `[a, b, [0]]`. */
export function pathText(path: Path): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

export function samePath(left: Path, right: Path): boolean {
  return left.length === right.length && left.every((step, index) => step === right[index]);
}

/** The value at a path; undefined where the item has none. */
export function valueAt(item: Item | undefined, path: Path): AttributeValue | undefined {
  if (item === undefined) return undefined;
  let value: AttributeValue | undefined;
  let members: Item | undefined = item;
  for (const step of path) {
    if (typeof step === 'string') value = members?.get(step);
    else value = value !== undefined && 'L' in value ? value.L[step] : undefined;
    if (value === undefined) return undefined;
    members = 'M' in value ? value.M : undefined;
  }
  return value;
}
