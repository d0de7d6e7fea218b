/** What a command of the model does: calls an operation of the real tables, and compares the answer with the naive one. */
import type fc from 'fast-check';
import { expect } from 'vitest';
import type { Api, Json } from '../../api/dynamodb/support.ts';
import { type Model, settled } from '../../support/naive-tables.ts';
import type { TablesForTest } from '../../support/open-tables.ts';
import { refusalOf } from '../../support/refusal.ts';

export interface Real {
  running: TablesForTest;
  api: Api;
}
export type Step = fc.AsyncCommand<Model, Real>;

export function step(name: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return { check: () => true, run, toString: () => name };
}

/** The answer of an operation, or the code and sentence of its refusal. */
export async function answerOf({ api }: Real, operation: string, input: object): Promise<unknown> {
  let answer: unknown;
  const refused = await refusalOf(async () => {
    answer = settled(await api.call(operation, { ...input }));
  });
  return refused === 'answered' ? answer : refused.replace(/^Validation: /, '');
}

export async function expectAnswer(
  real: Real,
  operation: string,
  input: object,
  expected: unknown,
): Promise<void> {
  expect(await answerOf(real, operation, input), JSON.stringify({ operation, input })).toEqual(
    settled(expected),
  );
}

/** Two inputs, the names and values of both together. */
export function merged(one: Json, two: object): Json {
  const both: Record<string, unknown> = { ...one };
  for (const [name, held] of Object.entries(two)) {
    const known = both[name];
    both[name] = typeof held === 'object' && typeof known === 'object' ? { ...known, ...held } : held;
  }
  return both;
}
