/** One pass over the bytes of a JSON text, before any parser: what a parser would take seconds for is refused in milliseconds. */

/** Thirty-two levels of lists and maps take two levels of JSON each, and a few lie above them. */
export const jsonDepthMax = 128;
/** Member names of one object: an item of 400 KB cannot hold more attributes. */
export const objectNamesMax = 100_000;
/** Member names of a whole text. Each new one costs a parser a microsecond. Names of types do not count. */
export const namesMax = 250_000;
/** Commas of a whole text: more members and elements than a batch of 16 MiB has use for. */
export const commasMax = 4_000_000;

const quote = 0x22;
const backslash = 0x5c;
const typeNames = ['BOOL', 'NULL'].map((name) => Buffer.from(name));

/**
 * Counts the members of all objects. Undefined where a limit is passed, brackets do not pair, or an escape names half a
 * character, which UTF-8 could not store. All else that may be wrong with the text is the parser's to find.
 */
export function scannedMemberCount(bytes: Uint8Array): number | undefined {
  const namesAt = new Int32Array(jsonDepthMax + 1);
  let depth = 0;
  let members = 0;
  let names = 0;
  let commas = 0;
  let stringStart = 0;
  let stringEnd = 0;
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case quote:
        stringStart = at + 1;
        stringEnd = endOfString(bytes, stringStart);
        if (stringEnd < 0) return undefined;
        at = stringEnd;
        break;
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > jsonDepthMax) return undefined;
        namesAt[depth] = 0;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (--depth < 0) return undefined;
        break;
      case 0x3a: // :
        members++;
        if (isTypeName(bytes, stringStart, stringEnd)) break;
        namesAt[depth] = (namesAt[depth] ?? 0) + 1;
        if ((namesAt[depth] ?? 0) > objectNamesMax || ++names > namesMax) return undefined;
        break;
      case 0x2c: // ,
        if (++commas > commasMax) return undefined;
        break;
    }
  }
  return depth === 0 ? members : undefined;
}

/** The place of the closing quote; negative where there is none or an escape is half a character. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) return at;
    if (byte !== backslash) continue;
    at++;
    if (bytes[at] !== 0x75) continue; // u
    const unit = codeUnit(bytes, at + 1);
    if (unit >= 0xdc00 && unit <= 0xdfff) return -1;
    if (unit < 0xd800 || unit > 0xdbff) continue;
    const next = bytes[at + 5] === backslash && bytes[at + 6] === 0x75 ? codeUnit(bytes, at + 7) : 0;
    if (next < 0xdc00 || next > 0xdfff) return -1;
    at += 10;
  }
  return -1;
}

/** Four hexadecimal digits; negative where they are none, which the parser will refuse. */
function codeUnit(bytes: Uint8Array, start: number): number {
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexadecimal(bytes[at] ?? 0);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** S, N, SS, BOOL and their like, which every value has: few names, however often they come. */
function isTypeName(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length <= 2) return true;
  return length === 4 && typeNames.some((name) => name.every((byte, index) => byte === bytes[start + index]));
}
