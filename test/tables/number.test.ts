import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  decimalOf,
  digitPairs,
  subtractNumbers,
} from '../../src/tables/number.ts';
import { anyNumber, refusal } from './support.ts';

const nines38 = '9'.repeat(38);

describe('pairs of digits are counted from the point', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['7', 1],
    ['42', 1],
    ['-42', 1],
    ['70', 1],
    ['110', 2],
    ['123', 2],
    ['1002003', 4],
    ['1e100', 1],
    ['1.2', 2],
    ['12.3', 2],
    ['12.3456', 3],
    ['700.5', 3],
    ['0.5', 1],
    ['0.05', 1],
    ['0.007', 1],
    ['0.0123', 2],
    ['1e-130', 1],
    [nines38, 19],
    [`0.0${nines38.slice(1)}`, 19],
  ];
  for (const [text, pairs] of cases) {
    test(`${text}: ${pairs}`, () => expect(digitPairs(canonicalNumber(text))).toBe(pairs));
  }

  test('as many as hold the digits, or one more where the point parts a pair', () => {
    fc.assert(
      fc.property(anyNumber, (canonical) => {
        const { digits, exponent } = decimalOf(canonical);
        const least = Math.ceil(digits.length / 2);
        const parted = digits.length % 2 === 0 && exponent % 2 === 0 && digits !== '';
        expect(digitPairs(canonical)).toBe(parted ? least + 1 : least);
      }),
    );
  });
});

describe('a number has one canonical text', () => {
  const cases: [string, string][] = [
    ['0', '0'],
    ['-0', '0'],
    ['+0', '0'],
    ['0.000', '0'],
    ['0e999', '0'],
    ['00042', '42'],
    ['+1', '1'],
    ['1.0', '1'],
    ['3.1400', '3.14'],
    ['1.5E2', '150'],
    ['1.5e+2', '150'],
    ['-12e-1', '-1.2'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['2E-7', '0.0000002'],
    ['1E+6', '1000000'],
    ['0.00120', '0.0012'],
    ['-100', '-100'],
    [nines38, nines38],
    [`${nines38}00`, `${nines38}00`],
    ['9.9999999999999999999999999999999999999E+125', `${nines38}${'0'.repeat(88)}`],
    ['1E125', `1${'0'.repeat(125)}`],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['1e0000000000000000000000000000001', '10'],
  ];
  for (const [written, canonical] of cases) {
    test(`${written} is ${canonical}`, () => {
      expect(canonicalNumber(written)).toBe(canonical);
      expect(canonicalNumber(canonical)).toBe(canonical);
    });
  }
});

describe('what is no storable number is refused', () => {
  const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  const underflow =
    'Number underflow. Attempting to store a number with magnitude smaller than supported range';
  const notANumber = (text: string) => `The parameter cannot be converted to a numeric value: ${text}`;
  const cases: [string, string][] = [
    ['', 'The parameter cannot be converted to a numeric value'],
    ...[
      'abc',
      '1_0',
      '0x1',
      'NaN',
      'Infinity',
      '-Infinity',
      '１',
      ' 1',
      '1 ',
      '--1',
      '+-1',
      '1.2.3',
      '.',
      '-',
      'e5',
      '1e',
      '1e+',
      '1e1.5',
      '1,5',
      '1e5e5',
      '٣',
    ].map((text): [string, string] => [text, notANumber(text)]),
    ['1E126', overflow],
    ['-1E126', overflow],
    ['1e999999999999999999999', overflow],
    [`1${'0'.repeat(126)}`, overflow],
    ['1E-131', underflow],
    ['-1E-131', underflow],
    ['1e-99999999999', underflow],
    [`1${'0'.repeat(37)}1`, 'Attempting to store more than 38 significant digits in a Number'],
    [`0.${'1'.repeat(39)}`, 'Attempting to store more than 38 significant digits in a Number'],
  ];
  for (const [written, sentence] of cases) {
    test(`${written.slice(0, 50)}: ${sentence}`, () => {
      expect(refusal(() => canonicalNumber(written))).toBe(sentence);
    });
  }
});

describe('arithmetic is exact', () => {
  const cases: [string, string, string, string][] = [
    ['1', '2', '3', '-1'],
    ['0', '0', '0', '0'],
    ['0.1', '0.2', '0.3', '-0.1'],
    ['-5', '5', '0', '-10'],
    ['999999999999999', '1', '1000000000000000', '999999999999998'],
    ['9007199254740993', '1', '9007199254740994', '9007199254740992'],
    [nines38, '1', `1${'0'.repeat(38)}`, `${nines38.slice(1)}8`.padStart(38, '9')],
  ];
  for (const [a, b, sum, difference] of cases) {
    test(`${a} and ${b}`, () => {
      expect(addNumbers(a, b)).toBe(sum);
      expect(subtractNumbers(a, b)).toBe(difference);
    });
  }

  const overflow = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
  test('a difference nearer to zero than any number may be is an underflow', () => {
    const [a, b] = [canonicalNumber('1.1E-130'), canonicalNumber('1E-130')];
    expect(refusal(() => subtractNumbers(a, b))).toBe(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
    expect(subtractNumbers(a, a)).toBe('0');
  });

  test('a sum out of range or beyond 38 digits is an overflow', () => {
    const largest = canonicalNumber(`${nines38}e88`);
    expect(refusal(() => addNumbers(largest, largest))).toBe(overflow);
    expect(refusal(() => addNumbers('1', canonicalNumber('1e-40')))).toBe(overflow);
    expect(refusal(() => subtractNumbers(`-${largest}`, largest))).toBe(overflow);
    expect(refusal(() => addNumbers(canonicalNumber('1e125'), canonicalNumber('1e-130')))).toBe(overflow);
  });

  test('agrees with a wide decimal library wherever it does not refuse', () => {
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const exact = new Big(a).plus(b);
        const digits = exact.c.length;
        if (digits > 38 || exact.e > 125) expect(refusal(() => addNumbers(a, b))).toBe(overflow);
        else expect(addNumbers(a, b)).toBe(canonicalNumber(exact.toFixed()));
      }),
    );
  });
});

test('canonical text is a fixed point and equal numbers have equal texts', () => {
  fc.assert(
    fc.property(anyNumber, fc.integer({ min: 0, max: 5 }), (number, zeros) => {
      expect(canonicalNumber(number)).toBe(number);
      const padded = number.includes('.') ? number + '0'.repeat(zeros) : `${number}.${'0'.repeat(zeros)}`;
      expect(canonicalNumber(padded)).toBe(number);
    }),
  );
});

test('the order of texts is numeric order', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      expect(Math.sign(compareNumbers(a, b))).toBe(new Big(a).cmp(b));
    }),
    { numRuns: 1000 },
  );
});
