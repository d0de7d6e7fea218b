/** Numbers as bytes whose unsigned order is numeric order: for sort keys, and packed in items. */
import { IntegrityFault } from '../base/errors.ts';
import { decimalOf, exponentMax, exponentMin, numberText } from './number.ts';

/*
 *  zero       02
 *  positive   03 │ exponent + 130 │ pairs of digits, each 1 + 0…99
 *  negative   01 │ every byte of the positive form but the first, inverted │ FF
 *
 * A pair is never 00, so a shorter number is a prefix of a longer and sorts before it; inverted it would sort after,
 * which the closing FF of the negative form mends: inverted pairs are below FF.
 */
const negativeSign = 1;
const zeroSign = 2;
const positiveSign = 3;

/** Zero alone is one byte; 38 digits take 22. */
export function numberKey(canonical: string): Uint8Array {
  const { negative, exponent, digits } = decimalOf(canonical);
  if (digits === '') return Uint8Array.of(zeroSign);
  const pairs = (digits.length + 1) >> 1;
  const key = new Uint8Array(2 + pairs + (negative ? 1 : 0));
  const flip = negative ? 0xff : 0;
  key[0] = negative ? negativeSign : positiveSign;
  key[1] = (exponent - exponentMin) ^ flip;
  for (let i = 0; i < pairs; i++) {
    const tens = digits.charCodeAt(2 * i) - 48;
    const ones = 2 * i + 1 < digits.length ? digits.charCodeAt(2 * i + 1) - 48 : 0;
    key[2 + i] = (tens * 10 + ones + 1) ^ flip;
  }
  if (negative) key[2 + pairs] = 0xff;
  return key;
}

/** The canonical text again. Throws an IntegrityFault where the bytes are no number. */
export function numberOfKey(key: Uint8Array): string {
  const sign = key[0];
  if (sign === zeroSign && key.length === 1) return '0';
  const negative = sign === negativeSign;
  const end = negative ? key.length - 1 : key.length;
  if ((!negative && sign !== positiveSign) || end < 3 || end > 21) throw new IntegrityFault();
  const flip = negative ? 0xff : 0;
  let digits = '';
  for (let i = 2; i < end; i++) {
    const pair = ((key[i] as number) ^ flip) - 1;
    if (pair < 0 || pair > 99) throw new IntegrityFault();
    digits += pair < 10 ? `0${pair}` : String(pair);
  }
  const exponent = ((key[1] as number) ^ flip) + exponentMin;
  if (digits.startsWith('00') || exponent > exponentMax) throw new IntegrityFault();
  if (digits.endsWith('0')) digits = digits.slice(0, -1);
  return numberText({ negative, exponent, digits });
}
