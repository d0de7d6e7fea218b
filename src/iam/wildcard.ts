/** Patterns of policies: `*` stands for any characters, `?` for one, and what came from a variable for itself. */
import { spend } from './effort.ts';

/** UTF-16 units, and the two wildcards. A unit that came from a variable is marked, and equal to no separator. */
export type Pattern = readonly number[];

const anyRun = -1;
const anyOne = -2;
const marked = 0x1_0000;
const unitMask = 0xffff;
const colon = 58;
/** partition, service, region, account: an ARN has five colons before its resource, which may have more. */
const arnParts = 6;

/** In time that grows with pattern times text, whatever the pattern: it is counted as effort. */
export function matchesWildcard(pattern: string, text: string): boolean {
  return matches(patternOf(pattern), text);
}

export function patternOf(text: string): Pattern {
  return Array.from(unitsOf(text), (unit) => {
    if (unit === 42) return anyRun;
    return unit === 63 ? anyOne : unit;
  });
}

/** No character of it stands for others. */
export function literalPattern(text: string): Pattern {
  return Array.from(unitsOf(text), (unit) => unit | marked);
}

export function matches(pattern: Pattern, text: string): boolean {
  if (pattern.length === 1 && pattern[0] === anyRun) return true;
  spend(pattern.length);
  let at = 0;
  let inText = 0;
  let lastStar = -1;
  let afterStar = 0;
  while (inText < text.length) {
    const wanted = pattern[at];
    if (wanted === anyRun) {
      lastStar = at++;
      afterStar = inText;
    } else if (wanted !== undefined && fits(wanted, text.charCodeAt(inText))) {
      at++;
      inText++;
    } else if (lastStar >= 0) {
      // The last star takes one character more, and what follows it is tried again.
      spend(at - lastStar);
      at = lastStar + 1;
      inText = ++afterStar;
    } else return false;
  }
  while (pattern[at] === anyRun) at++;
  return at === pattern.length;
}

/**
 * Part by part, so that a star in one part says nothing of the next. A pattern that ends early leaves the parts it
 * lacks open; `*` alone matches whatever there is.
 */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  spend(pattern.length);
  const wanted = partsOf(pattern);
  if (wanted.length === 1) return matches(pattern, arn);
  const parts = arn.split(':');
  if (parts.length < arnParts) return false;
  const given = [...parts.slice(0, arnParts - 1), parts.slice(arnParts - 1).join(':')];
  return wanted.every((part, index) => matches(part, given[index] ?? ''));
}

function partsOf(pattern: Pattern): readonly Pattern[] {
  const parts: Pattern[] = [];
  let from = 0;
  while (parts.length < arnParts - 1) {
    const to = pattern.indexOf(colon, from);
    if (to < 0) break;
    parts.push(pattern.slice(from, to));
    from = to + 1;
  }
  return [...parts, pattern.slice(from)];
}

function fits(wanted: number, unit: number): boolean {
  return wanted === anyOne || (wanted >= 0 && (wanted & unitMask) === unit);
}

function* unitsOf(text: string): Iterable<number> {
  for (let index = 0; index < text.length; index++) yield text.charCodeAt(index);
}
