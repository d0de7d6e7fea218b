/** Numbers of 38 digits: their one canonical text, exact arithmetic, and their order. */
import Big from 'big.js';
import { Refusal } from '../base/errors.ts';

const digitsMax = 38;
export const exponentMax = 125;
export const exponentMin = -130;

const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
const underflow =
  'Number underflow. Attempting to store a number with magnitude smaller than supported range';
const tooPrecise = 'Attempting to store more than 38 significant digits in a Number';

/** A decimal taken apart: d.ddd × 10^exponent; `digits` has no zero at either end and is empty for zero. */
export interface Decimal {
  readonly negative: boolean;
  readonly exponent: number;
  readonly digits: string;
}

const zero: Decimal = { negative: false, exponent: 0, digits: '' };

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The index after the digits that start at `at`. */
function afterDigits(text: string, at: number): number {
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** The exponent written at `at`, kept within bounds far outside the legal ones; undefined where it is malformed. */
function exponentAt(text: string, at: number): number | undefined {
  if (at === text.length) return 0;
  const mark = text[at];
  if (mark !== 'e' && mark !== 'E') return undefined;
  const signed = text[at + 1] === '+' || text[at + 1] === '-';
  const start = at + (signed ? 2 : 1);
  const end = afterDigits(text, start);
  if (end === start || end !== text.length) return undefined;
  let size = 0;
  for (let i = start; i < end && size < 1e9; i++) size = size * 10 + (text.charCodeAt(i) - 48);
  return text[at + 1] === '-' ? -size : size;
}

/** Reads sign, digits, one dot and an exponent; undefined for anything else. One pass, no regular expression. */
function parsed(text: string): Decimal | undefined {
  const start = text[0] === '-' || text[0] === '+' ? 1 : 0;
  const wholeEnd = afterDigits(text, start);
  const dotted = text[wholeEnd] === '.';
  const fractionStart = dotted ? wholeEnd + 1 : wholeEnd;
  const fractionEnd = dotted ? afterDigits(text, fractionStart) : wholeEnd;
  if (wholeEnd - start + (fractionEnd - fractionStart) === 0) return undefined;
  const scale = exponentAt(text, fractionEnd);
  if (scale === undefined) return undefined;

  const all = text.slice(start, wholeEnd) + text.slice(fractionStart, fractionEnd);
  let first = 0;
  while (first < all.length && all.charCodeAt(first) === 48) first++;
  if (first === all.length) return zero;
  let last = all.length;
  while (all.charCodeAt(last - 1) === 48) last--;
  return {
    negative: text[0] === '-',
    exponent: scale + (wholeEnd - start) - first - 1,
    digits: all.slice(first, last),
  };
}

function textOf({ negative, exponent, digits }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = exponent + 1;
  if (digits.length <= whole) return sign + digits + '0'.repeat(whole - digits.length);
  return `${sign}${digits.slice(0, whole)}.${digits.slice(whole)}`;
}

/** The number as plain decimal text; equal numbers have equal texts. Refuses what DynamoDB cannot store. */
export function canonicalNumber(text: string): string {
  const decimal = parsed(text);
  if (decimal === undefined) {
    const what = text === '' ? '' : `: ${text}`;
    throw new Refusal('Validation', {
      message: `The parameter cannot be converted to a numeric value${what}`,
    });
  }
  if (decimal.exponent > exponentMax) throw new Refusal('Validation', { message: overflow });
  if (decimal.exponent < exponentMin) throw new Refusal('Validation', { message: underflow });
  if (decimal.digits.length > digitsMax) throw new Refusal('Validation', { message: tooPrecise });
  return textOf(decimal);
}

/** Takes a canonical text apart. */
export function decimalOf(canonical: string): Decimal {
  const decimal = parsed(canonical);
  if (decimal === undefined) throw new TypeError('not a canonical number');
  return decimal;
}

/** The canonical text of a decimal whose digits and exponent are within the limits. */
export const numberText: (decimal: Decimal) => string = textOf;

/** How many pairs of digits, counted from the point to both sides, hold a number: by which DynamoDB charges it. */
export function digitPairs(canonical: string): number {
  const dot = canonical.indexOf('.');
  const wholeEnd = dot === -1 ? canonical.length : dot;
  let first = -1;
  let last = -1;
  for (let i = 0; i < canonical.length; i++) {
    const code = canonical.charCodeAt(i);
    // Zeros count once another digit stands on either side of them.
    if (!isDigit(code) || code === 48) continue;
    if (first === -1) first = i;
    last = i;
  }
  if (first === -1) return 0;
  const pairAt = (i: number): number => (i < wholeEnd ? wholeEnd - 1 - i : wholeEnd - i) >> 1;
  return pairAt(first) - pairAt(last) + 1;
}

/** Texts of at most this length are integers that a double holds exactly, and so are their sums. */
const exactTextMax = 15;

function exactInteger(canonical: string): number | undefined {
  if (canonical.length > exactTextMax || canonical.includes('.')) return undefined;
  return Number(canonical);
}

function settled(sum: Big): string {
  const decimal = decimalOf(sum.toFixed());
  // AWS names overflow for lost precision also.
  if (decimal.exponent > exponentMax || decimal.digits.length > digitsMax) {
    throw new Refusal('Validation', { message: overflow });
  }
  if (decimal.exponent < exponentMin) throw new Refusal('Validation', { message: underflow });
  return textOf(decimal);
}

/** The exact sum of two canonical numbers; refuses one that cannot be stored exactly. */
export function addNumbers(left: string, right: string): string {
  const a = exactInteger(left);
  const b = exactInteger(right);
  if (a !== undefined && b !== undefined) return String(a + b);
  return settled(new Big(left).plus(right));
}

/** The exact difference of two canonical numbers; refuses one that cannot be stored exactly. */
export function subtractNumbers(left: string, right: string): string {
  const a = exactInteger(left);
  const b = exactInteger(right);
  if (a !== undefined && b !== undefined) return String(a - b);
  return settled(new Big(left).minus(right));
}

/** Numeric order of two canonical numbers: negative, zero or positive. */
export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  const leftNegative = left.charCodeAt(0) === 45;
  const rightNegative = right.charCodeAt(0) === 45;
  if (leftNegative !== rightNegative) return leftNegative ? -1 : 1;
  return leftNegative ? compareMagnitudes(right.slice(1), left.slice(1)) : compareMagnitudes(left, right);
}

function compareMagnitudes(left: string, right: string): number {
  const leftDot = left.indexOf('.');
  const rightDot = right.indexOf('.');
  const wholes = (leftDot < 0 ? left.length : leftDot) - (rightDot < 0 ? right.length : rightDot);
  if (wholes !== 0) return wholes;
  // Wholes of equal length: the dots meet, so digits decide from the left.
  return left < right ? -1 : 1;
}
