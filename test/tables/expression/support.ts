/** Expressions in tests: values written short, and the one sentence a request is refused with. */
import type { RawAttributeValue } from '../../../src/tables/attribute-check.ts';
import {
  type CompiledExpressions,
  compileExpressions,
  type ExpressionParameters,
} from '../../../src/tables/expression/compile.ts';
import type { ExpressionName } from '../../../src/tables/expression/refusal.ts';
import { refusal } from '../support.ts';

/** Text for S, a number for N, true for BOOL, null for NULL; anything else as it is. */
export type Short = string | number | boolean | null | RawAttributeValue;

export function raw(short: Short): RawAttributeValue {
  if (typeof short === 'string') return { S: short };
  if (typeof short === 'number') return { N: String(short) };
  if (typeof short === 'boolean') return { BOOL: short };
  return short === null ? { NULL: true } : short;
}

export type Shorts = Readonly<Record<string, Short>>;

/** Keys get their `#` or `:` here. */
export function parameters(
  expressions: Partial<Record<ExpressionName, string>>,
  values: Shorts = {},
  names: Readonly<Record<string, string>> = {},
): ExpressionParameters {
  const valueMap = new Map(Object.entries(values).map(([key, value]) => [`:${key}`, raw(value)] as const));
  const nameMap = new Map(Object.entries(names).map(([key, name]) => [`#${key}`, name] as const));
  return {
    ...expressions,
    ...(nameMap.size > 0 && { ExpressionAttributeNames: nameMap }),
    ...(valueMap.size > 0 && { ExpressionAttributeValues: valueMap }),
  };
}

export function compile(
  name: ExpressionName,
  text: string,
  values?: Shorts,
  names?: Readonly<Record<string, string>>,
): CompiledExpressions {
  return compileExpressions(parameters({ [name]: text }, values, names));
}

/** The sentence without `Invalid <name>: `, which must be there. */
export function fault(
  name: ExpressionName,
  text: string,
  values?: Shorts,
  names?: Readonly<Record<string, string>>,
): string {
  const sentence = refusal(() => compile(name, text, values, names));
  const opening = `Invalid ${name}: `;
  return sentence.startsWith(opening) ? sentence.slice(opening.length) : `[bare] ${sentence}`;
}
