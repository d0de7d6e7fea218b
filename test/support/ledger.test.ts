import { describe, expect, test } from 'vitest';
import { type Content, Ledger } from './ledger.ts';

const ok = async () => {};
const lost = () => Promise.reject(new Error('the connection broke'));

/** Writes these in turn to one thing; a content with `?` is never acknowledged. */
async function ledgerOf(...contents: readonly Content[]): Promise<Ledger> {
  const ledger = new Ledger();
  for (const content of contents) {
    const isLost = content?.endsWith('?') === true;
    await ledger.write('a', content?.replace('?', ''), isLost ? lost : ok).catch(() => {});
  }
  return ledger;
}

describe('what may be found after a crash', () => {
  const cases: readonly (readonly [
    written: readonly Content[],
    right: readonly Content[],
    wrong: readonly Content[],
  ])[] = [
    [[], [undefined], ['1']],
    [['1'], ['1'], [undefined, '2']],
    [['1?'], ['1', undefined], ['2']],
    [['1', '2'], ['2'], ['1', undefined]],
    [
      ['1', '2?'],
      ['1', '2'],
      [undefined, '3'],
    ],
    [['1', '2?', '3?'], ['1', '2', '3'], [undefined]],
    [['1', '2?', '3'], ['3'], ['1', '2', undefined]],
    [['1', undefined], [undefined], ['1']],
  ];
  for (const [written, right, wrong] of cases) {
    test(`of ${written.map((content) => content ?? 'a deletion').join(', ') || 'nothing'}`, async () => {
      const ledger = await ledgerOf(...written);
      const contradictions = (content: Content) =>
        ledger.contradictions(new Map(content === undefined ? [] : [['a', content]])).length;
      expect(right.map(contradictions)).toEqual(right.map(() => 0));
      expect(wrong.map(contradictions)).toEqual(wrong.map(() => 1));
    });
  }
});

test('at an earlier point what came later is neither certain nor possible', async () => {
  let now = 0;
  const ledger = new Ledger(() => now++);
  await ledger.write('a', '1', ok);
  await ledger.write('a', '2', ok);
  const fits = (content: string, at: number) =>
    ledger.contradictions(new Map([['a', content]]), at).length === 0;
  expect([fits('1', 1), fits('2', 1)]).toEqual([true, false]);
  expect([fits('1', 2), fits('2', 2)]).toEqual([true, true]);
  expect([fits('1', 3), fits('2', 3)]).toEqual([false, true]);
});

test('what was settled is certain, whatever was sent before', async () => {
  const ledger = await ledgerOf('1', '2?');
  ledger.settle(new Map([['a', '1']]));
  expect(ledger.contradictions(new Map([['a', '2']]))).toEqual(['a is 2 and must be 1']);
  ledger.settle(new Map());
  expect(ledger.contradictions(new Map([['a', '1']]))).toEqual(['a is 1 and must be gone']);
});
