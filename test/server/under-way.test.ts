import { expect, test } from 'vitest';
import { UnderWay } from '../../src/server/under-way.ts';

test('closing waits for every work under way, also one that fails', async () => {
  const underWay = new UnderWay();
  const ends: (() => void)[] = [];
  const works = [0, 1].map(() => underWay.run(() => new Promise<void>((resolve) => ends.push(resolve))));
  const failing = underWay.run(() => Promise.reject(new Error('failed')));
  await expect(failing).rejects.toThrow('failed');
  let closed = false;
  const closing = underWay.close().then(() => {
    closed = true;
  });
  ends[0]?.();
  await works[0];
  expect(closed).toBe(false);
  ends[1]?.();
  await closing;
  expect(closed).toBe(true);
});

test('nothing begins once closing has begun', async () => {
  const underWay = new UnderWay();
  await underWay.close();
  let ran = false;
  const late = () =>
    underWay.run(() => {
      ran = true;
    });
  await expect(late()).rejects.toMatchObject({ name: 'Outage', code: 'Closed' });
  expect(ran).toBe(false);
});

test('what is there at once is answered at once, and what is thrown is over and rejects', async () => {
  const underWay = new UnderWay();
  expect(underWay.run(() => 7)).toBe(7);
  const failing = underWay.run((): void => {
    throw new Error('failed');
  });
  await expect(failing).rejects.toThrow('failed');
  await underWay.close();
});
