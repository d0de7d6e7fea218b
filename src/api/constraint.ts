/** What a model demands of one value beyond its type, and AWS's sentences for a value that fails. */
import { Refusal } from '../base/errors.ts';
import type { Shape, StructureShape } from './model/service-model.ts';

/** AWS names ten failures of a request at most. */
const problemsMax = 10;
/** A value is quoted no further than this. */
const quotedLengthMax = 1024;

/** The way from the input to the value being read, and what was found wrong on it. */
export class Trail {
  readonly names: string[] = [];
  readonly #problems: string[] = [];
  #sentence: string | undefined;

  get full(): boolean {
    return this.#problems.length >= problemsMax;
  }

  /** `value` as it is quoted, with its quotes and a space before; '' where it may not be shown. */
  report(value: string, demand: string, path = this.names.join('.')): void {
    if (this.full) return;
    this.#problems.push(`Value${value} at '${path}' failed to satisfy constraint: ${demand}`);
  }

  /** What AWS says in a sentence of its own, once the request is sound otherwise. */
  reportSentence(sentence: string): void {
    this.#sentence ??= sentence;
  }

  /** Throws where anything was reported. */
  end(): void {
    const count = this.#problems.length;
    if (count === 0) {
      if (this.#sentence !== undefined) throw new Refusal('Validation', { message: this.#sentence });
      return;
    }
    const opening = `${count} validation error${count > 1 ? 's' : ''} detected: `;
    throw new Refusal('Validation', { message: opening + this.#problems.join('; ') });
  }
}

export const notNull = 'Member must not be null';

/** The demands of a shape on one value, in the order AWS reports them. */
export class Constraint {
  readonly #min: number | undefined;
  readonly #max: number | undefined;
  readonly #noun: 'value' | 'length';
  readonly #pattern: string | undefined;
  readonly #whole: RegExp | undefined;
  readonly #enum: ReadonlySet<unknown> | undefined;
  readonly #shown: boolean;

  /** Undefined where the shape demands nothing. */
  static of(shape: Shape): Constraint | undefined {
    if (shape.type === 'structure') return undefined;
    const demands = ['min', 'max', 'pattern', 'enum'].some((demand) => demand in shape);
    return demands || shape.type === 'integer' ? new Constraint(shape) : undefined;
  }

  private constructor(shape: Exclude<Shape, StructureShape>) {
    const integer = shape.type === 'integer';
    this.#min = shape.min ?? (integer ? -(2 ** 31) : undefined);
    this.#max = shape.max ?? (integer ? 2 ** 31 - 1 : undefined);
    this.#noun = ['integer', 'long', 'double'].includes(shape.type) ? 'value' : 'length';
    if (shape.type === 'list' || shape.type === 'map') {
      this.#shown = true;
      return;
    }
    this.#pattern = shape.pattern;
    this.#whole = shape.pattern === undefined ? undefined : wholePattern(shape.pattern);
    this.#enum = shape.enum === undefined ? undefined : new Set(shape.enum);
    this.#shown = shape.type !== 'blob' && shape.sensitive !== true;
  }

  check(value: unknown, trail: Trail): void {
    if (this.holds(value) || trail.full) return;
    const quoted = this.#shown ? ` '${quotedText(value)}'` : '';
    for (const demand of this.failedDemands(value)) trail.report(quoted, demand);
  }

  holds(value: unknown): boolean {
    const size = sizeOf(value);
    if ((this.#max !== undefined && size > this.#max) || (this.#min !== undefined && size < this.#min)) {
      return false;
    }
    return this.#enum?.has(value) !== false && this.#matches(value);
  }

  failedDemands(value: unknown): readonly string[] {
    const size = sizeOf(value);
    const failed: string[] = [];
    if (this.#enum?.has(value) === false) {
      failed.push(enumDemand(this.#enum));
    }
    if (this.#pattern !== undefined && !this.#matches(value)) failed.push(patternDemand(this.#pattern));
    if (this.#max !== undefined && size > this.#max) failed.push(this.#atMost(this.#max));
    if (this.#min !== undefined && size < this.#min) failed.push(this.#atLeast(this.#min));
    return failed;
  }

  /** Every demand, failed or not: AWS lists them all for elements of lists, and for keys and values of maps. */
  allDemands(): readonly string[] {
    return [
      ...(this.#enum === undefined ? [] : [enumDemand(this.#enum)]),
      ...(this.#max === undefined ? [] : [this.#atMost(this.#max)]),
      ...(this.#min === undefined ? [] : [this.#atLeast(this.#min)]),
      ...(this.#pattern === undefined ? [] : [patternDemand(this.#pattern)]),
    ];
  }

  /** A value far too long is refused for that alone: no pattern runs over more than twice what is legal. */
  #matches(value: unknown): boolean {
    if (this.#whole === undefined || typeof value !== 'string') return true;
    return (this.#max !== undefined && value.length > 2 * this.#max) || this.#whole.test(value);
  }

  #atMost(max: number): string {
    return `Member must have ${this.#noun} less than or equal to ${max}`;
  }

  #atLeast(min: number): string {
    return `Member must have ${this.#noun} greater than or equal to ${min}`;
  }
}

function enumDemand(values: ReadonlySet<unknown>): string {
  return `Member must satisfy enum value set: [${[...values].join(', ')}]`;
}

function patternDemand(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

/** Java's expressions, as the models have them, in JavaScript's: a class of another name, and characters in two units. */
const javaClasses = [
  ['\\p{Print}', '[\\x20-\\x7E]'],
  ['\\uD800\\uDC00-\\uDBFF\\uDFFF', '\\uD800-\\uDFFF'],
] as const;

function wholePattern(pattern: string): RegExp {
  let own = pattern;
  for (const [java, ours] of javaClasses) own = own.replaceAll(java, ours);
  // Properties of characters are known only where characters are whole.
  return new RegExp(`^(?:${own})$`, own.includes('\\p{') ? 'u' : '');
}

function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return value instanceof Map ? value.size : 0;
}

/** A value as Java would print it, cut where it grows long. */
export function quotedText(value: unknown): string {
  const text = textOf(value, quotedLengthMax);
  return text.length > quotedLengthMax ? `${text.slice(0, quotedLengthMax)}...` : text;
}

function textOf(value: unknown, room: number): string {
  if (Array.isArray(value)) return `[${joined(value, room, (element, left) => textOf(element, left))}]`;
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (value instanceof Map) {
    return `{${joined([...value], room, ([key, held], left) => `${key}=${textOf(held, left)}`)}}`;
  }
  if (typeof value === 'object' && value !== null) {
    return `{${joined(Object.entries(value), room, ([key, held], left) => `${key}=${textOf(held, left)}`)}}`;
  }
  return String(value);
}

function joined<T>(parts: readonly T[], room: number, text: (part: T, left: number) => string): string {
  let all = '';
  for (const part of parts) {
    if (all.length > room) break;
    all += `${all === '' ? '' : ', '}${text(part, room - all.length)}`;
  }
  return all;
}
