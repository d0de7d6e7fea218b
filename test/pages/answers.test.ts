import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Answers } from '../../src/pages/answers.ts';
import type { Work } from '../../src/pages/group.ts';

interface Told {
  readonly works: readonly Work[];
  readonly order: unknown[];
}

/** Works that write down what they are told. */
function worksWith(...outcomes: readonly Work['outcome'][]): Told {
  const order: unknown[] = [];
  const works = outcomes.map((outcome) => ({
    run: () => undefined,
    resolve: (value: unknown) => order.push(value),
    reject: (fault: unknown) => order.push({ rejected: fault }),
    touched: [],
    conflicts: 0,
    outcome,
  }));
  return { works, order };
}

const numbered = (count: number) => worksWith(...Array.from({ length: count }, (_, value) => ({ value })));

describe('answers', () => {
  test('tell each work its own outcome', () => {
    const fault = new Error('own');
    const { works, order } = worksWith({ value: 5 }, { fault }, { fault, isFinal: true }, undefined);
    new Answers(() => {}).give(works);
    expect(order).toEqual([5, { rejected: fault }, { rejected: fault }, { rejected: undefined }]);
  });

  test('tell all works what became of them', () => {
    const fault = new Error('commit');
    const { works, order } = worksWith({ value: 5 }, { fault: new Error('own') });
    new Answers(() => {}).give(works, fault);
    expect(order).toEqual([{ rejected: fault }, { rejected: fault }]);
  });

  test('are 64 in a turn of the event loop at most, in order', async () => {
    const { works, order } = numbered(150);
    const ends: number[] = [];
    const answers = new Answers(() => ends.push(order.length));
    answers.give(works);
    const counts = [order.length];
    while (answers.areWaiting) {
      await turn();
      counts.push(order.length);
    }
    expect(counts).toEqual([64, 128, 150]);
    expect(order).toEqual(works.map((_, value) => value));
    expect(ends).toEqual([150]);
  });

  test('that come later are told after those that wait', async () => {
    const first = numbered(70);
    const answers = new Answers(() => {});
    answers.give(first.works);
    answers.give(likeTheFirst(first, 'later'));
    expect(first.order).toHaveLength(64);
    await turn();
    expect(first.order.slice(-2)).toEqual([69, 'later']);
  });

  test('of a work put back meanwhile stay what they were', async () => {
    const { works, order } = numbered(65);
    new Answers(() => {}).give(works);
    for (const work of works) work.outcome = undefined;
    await turn();
    expect(order.at(-1)).toBe(64);
  });
});

/** A work that writes into the same order. */
function likeTheFirst({ works: [one] }: Told, value: unknown): readonly Work[] {
  return one === undefined ? [] : [{ ...one, outcome: { value } }];
}
