import { expect, test } from 'vitest';
import { BackgroundWorks } from '../../src/lifecycle/background-works.ts';

test('works are counted until they have ended, and awaited, those too that they begin', async () => {
  const works = new BackgroundWorks();
  let end = () => {};
  const first = new Promise<void>((resolve) => {
    end = resolve;
  });
  let isSecondOver = false;
  const second = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isSecondOver = true;
  };
  const all = works.add(
    first.then(() => {
      void works.add(second());
    }),
  );
  expect(works.count).toBe(1);
  const settled = works.settled();
  end();
  await settled;
  await all;
  expect([works.count, isSecondOver]).toEqual([0, true]);
});

test('once stopping has begun, no work takes a further step', async () => {
  const works = new BackgroundWorks();
  let steps = 0;
  const work = async () => {
    for (;;) {
      works.mayGoOn();
      steps++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const going = works.add(work());
  const ended = expect(going).rejects.toMatchObject({ code: 'Closed' });
  await works.stop();
  await ended;
  const taken = steps;
  expect(() => works.mayGoOn()).toThrow('closed');
  expect([works.count, steps]).toEqual([0, taken]);
});
