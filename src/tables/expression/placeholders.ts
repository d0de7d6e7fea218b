/** ExpressionAttributeNames and ExpressionAttributeValues of one request: checked, looked up, and all used. */
import { Refusal } from '../../base/errors.ts';
import type { AttributeValue } from '../attribute.ts';
import { checkedAttribute, emptySets, type RawAttributeValue } from '../attribute-check.ts';
import { valueBytes } from '../item-size.ts';
import type { Path } from './path.ts';
import { type ExpressionName, refuse, refuseExpression } from './refusal.ts';

const placeholderBytesMax = 255;
const valuesBytesMax = 2 * 1024 * 1024;

export class Placeholders {
  private readonly names: ReadonlyMap<string, string>;
  private readonly values: ReadonlyMap<string, AttributeValue>;
  private readonly unusedNames: Set<string>;
  private readonly unusedValues: Set<string>;

  /** Refuses empty maps, malformed placeholders and values that are none (spec 1.6). */
  constructor(
    names: ReadonlyMap<string, string> | undefined,
    values: ReadonlyMap<string, RawAttributeValue> | undefined,
  ) {
    if (names !== undefined) checkNames(names);
    this.names = names ?? new Map();
    this.values = values === undefined ? new Map() : checkedValues(values);
    this.unusedNames = new Set(this.names.keys());
    this.unusedValues = new Set(this.values.keys());
  }

  /** The path with real names in place of placeholders; refuses an undefined one. */
  path(expression: ExpressionName, path: Path): Path {
    if (!path.some((step) => typeof step === 'string' && step.startsWith('#'))) return path;
    return path.map((step) =>
      typeof step === 'string' && step.startsWith('#') ? this.attributeName(expression, step) : step,
    );
  }

  private attributeName(expression: ExpressionName, ref: string): string {
    const name = this.names.get(ref);
    if (name === undefined) {
      refuseExpression(
        expression,
        `An expression attribute name used in the document path is not defined; attribute name: ${ref}`,
      );
    }
    this.unusedNames.delete(ref);
    return name;
  }

  /** The value behind `:v`; refuses an undefined one. */
  value(expression: ExpressionName, ref: string): AttributeValue {
    const value = this.values.get(ref);
    if (value === undefined) {
      refuseExpression(
        expression,
        `An expression attribute value used in expression is not defined; attribute value: ${ref}`,
      );
    }
    this.unusedValues.delete(ref);
    return value;
  }

  /** To be called once every expression of the request has been bound. */
  refuseUnused(): void {
    refuseLeft('ExpressionAttributeNames', this.unusedNames);
    refuseLeft('ExpressionAttributeValues', this.unusedValues);
  }
}

function refuseLeft(parameter: string, unused: ReadonlySet<string>): void {
  if (unused.size === 0) return;
  refuse(`Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(', ')}}`);
}

function isPlaceholder(sign: string, key: string): boolean {
  if (!key.startsWith(sign) || key.length < 2 || key.length > placeholderBytesMax) return false;
  for (let i = 1; i < key.length; i++) {
    const code = key.charCodeAt(i);
    const digit = code >= 48 && code <= 57;
    const letter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    if (!digit && !letter && code !== 95) return false;
  }
  return true;
}

function checkKeys(parameter: string, sign: string, map: ReadonlyMap<string, unknown>): void {
  if (map.size === 0) refuse(`${parameter} must not be empty`);
  for (const key of map.keys()) {
    if (!isPlaceholder(sign, key)) refuse(`${parameter} contains invalid key: Syntax error; key: "${key}"`);
  }
}

function checkNames(names: ReadonlyMap<string, string>): void {
  checkKeys('ExpressionAttributeNames', '#', names);
  for (const [key, name] of names) {
    if (name === '') {
      refuse(`ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`);
    }
  }
}

function checkedValues(raw: ReadonlyMap<string, RawAttributeValue>): ReadonlyMap<string, AttributeValue> {
  checkKeys('ExpressionAttributeValues', ':', raw);
  const values = new Map<string, AttributeValue>();
  let bytes = 0;
  for (const [key, value] of raw) {
    const checked = checkedValue(key, value);
    values.set(key, checked);
    bytes += valueBytes(checked);
  }
  if (bytes > valuesBytesMax) refuse('ExpressionAttributeValues exceeds max size');
  return values;
}

const emptySetTexts: readonly string[] = Object.values(emptySets);

function checkedValue(key: string, raw: RawAttributeValue): AttributeValue {
  try {
    return checkedAttribute(raw);
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    // AWS names the placeholder for every fault but an empty set.
    if (emptySetTexts.includes(fault.message)) throw fault;
    refuse(`ExpressionAttributeValues contains invalid value: ${fault.message} for key ${key}`);
  }
}
