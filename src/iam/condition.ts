/** Conditions of statements: their operators, and whether one holds for a request. */
import { addressRange } from './address-range.ts';
import { spend } from './effort.ts';
import { type PolicyText, patternFor, textFor } from './policy-text.ts';
import type { RequestFacts } from './request-facts.ts';
import { matches, matchesArn } from './wildcard.ts';

export interface PolicyCondition {
  readonly operator: string;
  /** As it is written. */
  readonly key: string;
  readonly values: readonly PolicyText[];
}

/** Whether one value of the request is what one of the policy asks for. */
type Comparison = (asked: PolicyText, given: string, facts: RequestFacts) => boolean;

interface Operator {
  readonly compare: Comparison;
  /** What a value in a policy must be where it has no variable. */
  readonly isValue: (text: string) => boolean;
}

const anything = () => true;
/** In steps of effort, beside what the texts' lengths cost. */
const comparisonSteps = 8;
const parsingSteps = 80;
const rangeSteps = 400;
const exact = (same: (asked: string, given: string) => boolean, steps = comparisonSteps): Comparison => {
  return (asked, given, facts) => {
    spend(steps + (asked.text.length + given.length) / 16);
    const text = textFor(asked, facts);
    return text !== undefined && same(text, given);
  };
};
const numbers = (holds: (asked: number, given: number) => boolean): Operator => ({
  compare: exact((asked, given) => {
    const [a, b] = [numberOf(asked), numberOf(given)];
    return a !== undefined && b !== undefined && holds(a, b);
  }, parsingSteps),
  isValue: (text) => numberOf(text) !== undefined,
});
const dates = (holds: (asked: number, given: number) => boolean): Operator => ({
  compare: exact((asked, given) => {
    const [a, b] = [timeOf(asked), timeOf(given)];
    return a !== undefined && b !== undefined && holds(a, b);
  }, parsingSteps),
  isValue: (text) => timeOf(text) !== undefined,
});
const arns: Operator = {
  compare: (asked, given, facts) => {
    const pattern = patternFor(asked, facts);
    return pattern !== undefined && matchesArn(pattern, given);
  },
  isValue: anything,
};
const same = (a: string, b: string) => a === b;
const sameInAnyCase = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** What each one asks; those with Not in their name hold where the one without it does not. */
const operators: Readonly<Record<string, Operator>> = {
  StringEquals: { compare: exact(same), isValue: anything },
  StringEqualsIgnoreCase: { compare: exact(sameInAnyCase), isValue: anything },
  StringLike: {
    compare: (asked, given, facts) => {
      const pattern = patternFor(asked, facts);
      return pattern !== undefined && matches(pattern, given);
    },
    isValue: anything,
  },
  ArnEquals: arns,
  ArnLike: arns,
  NumericEquals: numbers((asked, given) => given === asked),
  NumericLessThan: numbers((asked, given) => given < asked),
  NumericLessThanEquals: numbers((asked, given) => given <= asked),
  NumericGreaterThan: numbers((asked, given) => given > asked),
  NumericGreaterThanEquals: numbers((asked, given) => given >= asked),
  DateEquals: dates((asked, given) => given === asked),
  DateLessThan: dates((asked, given) => given < asked),
  DateLessThanEquals: dates((asked, given) => given <= asked),
  DateGreaterThan: dates((asked, given) => given > asked),
  DateGreaterThanEquals: dates((asked, given) => given >= asked),
  Bool: { compare: exact(sameInAnyCase), isValue: isBoolean },
  BinaryEquals: { compare: exact(same), isValue: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) },
  IpAddress: {
    compare: exact((asked, given) => addressRange(asked)?.(given) === true, rangeSteps),
    isValue: (text) => addressRange(text) !== undefined,
  },
  Null: { compare: () => false, isValue: isBoolean },
};
const negations: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  ArnNotEquals: 'ArnEquals',
  ArnNotLike: 'ArnLike',
  NumericNotEquals: 'NumericEquals',
  DateNotEquals: 'DateEquals',
  NotIpAddress: 'IpAddress',
};
const operatorForm = /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$/;

interface Read {
  readonly set: string | undefined;
  readonly name: string;
  readonly operator: Operator;
  readonly negated: boolean;
  readonly ifExists: boolean;
}

const reads = new Map<string, Read | undefined>();

export function isOperator(operator: string): boolean {
  return readOperator(operator) !== undefined;
}

/** False for a value that the operator can never hold for. */
export function isValueOf(operator: string, { text, pattern }: PolicyText): boolean {
  const read = readOperator(operator);
  return read !== undefined && (pattern === undefined || read.operator.isValue(text));
}

/**
 * With several values in the request and no set operator, which AWS leaves open, all have to meet what allows, and one
 * is enough for what denies.
 */
export function holds(
  { operator, key, values }: PolicyCondition,
  facts: RequestFacts,
  effect: 'Allow' | 'Deny',
): boolean {
  const read = readOperator(operator);
  // A policy is read before it is judged: nothing unknown comes here, and if it did it would not hold.
  if (read === undefined) return false;
  const given = facts.get(key.toLowerCase()) ?? [];
  const { set, name, negated, ifExists } = read;
  if (name === 'Null') {
    return values.some((value) => textFor(value, facts)?.toLowerCase() === String(given.length === 0));
  }
  if (given.length === 0) return ifExists || (set === undefined ? negated : set === 'ForAllValues');
  const fits = (one: string) => values.some((value) => read.operator.compare(value, one, facts));
  const meets = (one: string) => fits(one) !== negated;
  const needsAll = set === undefined ? effect === 'Allow' : set === 'ForAllValues';
  return needsAll ? given.every(meets) : given.some(meets);
}

function readOperator(text: string): Read | undefined {
  if (reads.has(text)) return reads.get(text);
  const [, set, given = '', ifExists] = operatorForm.exec(text) ?? [];
  const name = Object.hasOwn(negations, given) ? (negations[given] ?? given) : given;
  const operator = Object.hasOwn(operators, name) ? operators[name] : undefined;
  if (operator === undefined || (name === 'Null' && ifExists !== undefined)) return undefined;
  const read = { set, name, operator, negated: name !== given, ifExists: ifExists !== undefined };
  reads.set(text, read);
  return read;
}

function isBoolean(text: string): boolean {
  return /^(true|false)$/i.test(text);
}

function numberOf(text: string): number | undefined {
  return /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$/.test(text) ? Number(text) : undefined;
}

const dateForm = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/;

/** Milliseconds of an ISO 8601 date, or of seconds since 1970. Four digits are a year. */
function timeOf(text: string): number | undefined {
  const ms = dateForm.test(text) ? Date.parse(text) : (numberOf(text) ?? Number.NaN) * 1000;
  return Number.isNaN(ms) ? undefined : ms;
}
