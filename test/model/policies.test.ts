import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefusal } from '../../src/base/errors.ts';
import { policyDocument } from '../../src/iam/policy-document.ts';
import { naiveDenial } from '../support/naive-policy.ts';
import {
  denialOf,
  isAcrossInVain,
  naiveRequest,
  type PolicyCase,
  policyCase,
} from '../support/policy-cases.ts';

const cases = Number(process.env.CRYPTABLE_POLICY_CASES ?? 5000);
const mutations = Number(process.env.CRYPTABLE_POLICY_MUTATIONS ?? 4000);
const seed = Number(process.env.CRYPTABLE_SEED ?? Math.floor(Math.random() * 2 ** 31));

function shown(given: PolicyCase): string {
  return `seed ${seed}: ${JSON.stringify(given, null, 1)}`;
}

/** The evaluator that is known to be plain says the same, and both outcomes come up often. */
describe('a generated request under generated policies', () => {
  test(`is decided as the naive evaluator decides it, ${cases} times (R-DEP-1)`, () => {
    const outcomes = new Map<string, number>();
    for (const given of fc.sample(policyCase, { numRuns: cases, seed })) {
      const said = denialOf(given) ?? 'allowed';
      const expected = isAcrossInVain(given) ? 'resource' : (naiveDenial(naiveRequest(given)) ?? 'allowed');
      expect(said, shown(given)).toBe(expected);
      outcomes.set(said, (outcomes.get(said) ?? 0) + 1);
    }
    const all = ['allowed', 'explicit', 'resource', 'identity', 'boundary', 'session'];
    for (const outcome of all)
      expect(outcomes.get(outcome) ?? 0, `${outcome}, seed ${seed}`).toBeGreaterThan(cases / 200);
  });
});

const pieces = [
  ...[
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '*',
    '?',
    'Not',
    '1',
    'null',
    ' ',
    '"Effect":"Allow",',
    '"Effect":"Deny",',
  ],
  ...[
    'IfExists',
    'ForAnyValue:',
    'ForAllValues:',
    '\u00e9',
    '\ufeff',
    '"Principal":"*",',
    '"Resource":"*",',
    '\\u002a',
  ],
];

function mutated(text: string, [at, piece, cut]: readonly [number, number, number]): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + (pieces[piece % pieces.length] ?? '') + text.slice(place + (cut % 5));
}

function isRead(text: string, kind: 'key' | 'identity'): boolean {
  try {
    policyDocument(text, kind);
    return true;
  } catch (fault) {
    if (isRefusal(fault, 'MalformedPolicy')) return false;
    throw fault;
  }
}

/** As fc.sample, which holds all at once: ten millions of cases would fill the memory. */
function* sampled<T>(arbitrary: fc.Arbitrary<T>, count: number): Generator<T> {
  const portion = 20_000;
  for (let from = 0; from < count; from += portion) {
    yield* fc.sample(arbitrary, { numRuns: Math.min(portion, count - from), seed: seed + from / portion });
  }
}

describe('a policy that was changed somewhere', () => {
  test(`never allows what the naive evaluator denies, ${mutations} times (R-POL-1)`, () => {
    const cut = fc.tuple(fc.nat(), fc.nat(), fc.nat());
    const sample = fc.tuple(policyCase, cut, fc.boolean());
    const counts = { read: 0, refused: 0, allowed: 0 };
    for (const [given, where, inKey] of sampled(sample, mutations)) {
      const [first = '', ...rest] = given.identity ?? [];
      const isKey = inKey || first === '';
      const text = mutated(isKey ? given.keyPolicy : first, where);
      if (!isRead(text, isKey ? 'key' : 'identity')) {
        counts.refused++;
        continue;
      }
      counts.read++;
      const changed = isKey ? { ...given, keyPolicy: text } : { ...given, identity: [text, ...rest] };
      if (denialOf(changed) !== undefined) continue;
      counts.allowed++;
      expect(naiveDenial(naiveRequest(changed)), shown(changed)).toBeUndefined();
    }
    for (const [what, count] of Object.entries(counts)) {
      expect(count, `${what}, seed ${seed}`).toBeGreaterThan(mutations / 400);
    }
  });
});
